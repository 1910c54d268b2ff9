// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity 0.8.27;

import { Ownable } from "@openzeppelin/contracts/access/Ownable.sol";
import { OFT } from "@layerzerolabs/lz-evm-oapp-v2/contracts/oft/OFT.sol";
import { OFTAdapter } from "@layerzerolabs/lz-evm-oapp-v2/contracts/oft/OFTAdapter.sol";

/// LayerZero's OFT is abstract. Nothing mints it but a delivery, and here what it is born with.
contract BridgedToken is OFT {
    constructor(string memory name, string memory symbol, address endpoint, address owner, uint256 supply)
        OFT(name, symbol, endpoint, owner)
        Ownable(owner)
    {
        if (supply > 0) _mint(owner, supply);
    }
}

/// Holds at home what stands for the tokens elsewhere.
contract BridgeEscrow is OFTAdapter {
    constructor(address token, address endpoint, address owner) OFTAdapter(token, endpoint, owner) Ownable(owner) {}
}
