// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.0;

interface ILendingPool {
    function getUserAccountData(address user)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256, uint256);
}

/// Never deployed: a call with its creation code answers with each account's collateral and health factor.
contract AccountData {
    constructor(ILendingPool pool, address[] memory accounts) {
        uint256[] memory answer = new uint256[](2 * accounts.length);
        for (uint256 i = 0; i < accounts.length; i++) {
            (answer[2 * i], , , , , answer[2 * i + 1]) = pool.getUserAccountData(accounts[i]);
        }
        assembly {
            return(add(answer, 32), mul(mload(answer), 32))
        }
    }
}
