// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.0;

interface IPool {
    function token0() external view returns (address);
    function token1() external view returns (address);
    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool);
    function initialize(uint160 sqrtPriceX96) external;
    function mint(address recipient, int24 tickLower, int24 tickUpper, uint128 amount, bytes calldata data)
        external
        returns (uint256, uint256);
    function burn(int24 tickLower, int24 tickUpper, uint128 amount) external returns (uint256, uint256);
    function swap(
        address recipient,
        bool zeroForOne,
        int256 amountSpecified,
        uint160 sqrtPriceLimitX96,
        bytes calldata data
    ) external returns (int256, int256);
}

interface IMintable {
    function mint(address account, uint256 value) external returns (bool);
}

/// The devnet's market in Uniswap v3 pools: opens them, provides liquidity, trades. Pays with tokens it mints.
contract PoolTrader {
    struct Position {
        int24 lower;
        int24 upper;
        uint128 amount;
    }

    struct Trade {
        address pool;
        uint160 limit;
        /// Trade back to where the price was, in the same transaction.
        bool andBack;
    }

    function open(address pool, uint160 sqrtPriceX96, Position[] calldata positions) external {
        IPool(pool).initialize(sqrtPriceX96);
        for (uint256 i = 0; i < positions.length; i++) {
            IPool(pool).mint(address(this), positions[i].lower, positions[i].upper, positions[i].amount, '');
        }
    }

    /// Moves each pool's price to the limit, whatever it costs.
    function trade(Trade[] calldata trades) external {
        for (uint256 i = 0; i < trades.length; i++) {
            (uint160 before, , , , , , ) = IPool(trades[i].pool).slot0();
            moveTo(trades[i].pool, trades[i].limit);
            if (trades[i].andBack) moveTo(trades[i].pool, before);
        }
    }

    /// Positive amount: provides liquidity; negative: withdraws it.
    function provide(address pool, int24 lower, int24 upper, int128 amount) external {
        if (amount > 0) IPool(pool).mint(address(this), lower, upper, uint128(amount), '');
        else IPool(pool).burn(lower, upper, uint128(-amount));
    }

    /// What a trade to the limit would take in and give out.
    function quote(address pool, uint160 limit) external returns (int256 amount0, int256 amount1) {
        (uint160 current, , , , , , ) = IPool(pool).slot0();
        return IPool(pool).swap(address(this), limit < current, type(int256).max, limit, '');
    }

    function moveTo(address pool, uint160 limit) private {
        (uint160 current, , , , , , ) = IPool(pool).slot0();
        if (current == limit) return;
        IPool(pool).swap(address(this), limit < current, type(int256).max, limit, '');
    }

    function uniswapV3SwapCallback(int256 amount0, int256 amount1, bytes calldata) external {
        if (amount0 > 0) IMintable(IPool(msg.sender).token0()).mint(msg.sender, uint256(amount0));
        if (amount1 > 0) IMintable(IPool(msg.sender).token1()).mint(msg.sender, uint256(amount1));
    }

    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        if (amount0 > 0) IMintable(IPool(msg.sender).token0()).mint(msg.sender, amount0);
        if (amount1 > 0) IMintable(IPool(msg.sender).token1()).mint(msg.sender, amount1);
    }
}
