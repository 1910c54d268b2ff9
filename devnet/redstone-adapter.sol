// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.27;

import { MultiFeedAdapterWithoutRounds } from "@redstone-finance/on-chain-relayer/contracts/price-feeds/without-rounds/MultiFeedAdapterWithoutRounds.sol";

/// RedStone compiles into each adapter who may sign. Here two signers of the devnet may, and both must.
contract RedStoneAdapter is MultiFeedAdapterWithoutRounds {
    address private immutable first;
    address private immutable second;

    constructor(address first_, address second_) {
        (first, second) = (first_, second_);
    }

    function getUniqueSignersThreshold() public pure override returns (uint8) {
        return 2;
    }

    function getAuthorisedSignerIndex(address signer) public view override returns (uint8) {
        if (signer == first) return 0;
        if (signer == second) return 1;
        revert SignerNotAuthorised(signer);
    }
}
