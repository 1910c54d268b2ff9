import { readFileSync } from 'node:fs';
import { type Abi, encodeDeployData, type Hex, parseAbi } from 'viem';
import { ContractCompilationError, packageFile } from './solidity.ts';

const folders = {
  EndpointV2: 'lz-evm-protocol-v2/artifacts/contracts',
  SendUln302: 'lz-evm-messagelib-v2/artifacts/contracts/uln/uln302',
  ReceiveUln302: 'lz-evm-messagelib-v2/artifacts/contracts/uln/uln302',
  DVN: 'lz-evm-messagelib-v2/artifacts/contracts/uln/dvn',
  DVNFeeLib: 'lz-evm-messagelib-v2/artifacts/contracts/uln/dvn',
  Executor: 'lz-evm-messagelib-v2/artifacts/contracts',
  ExecutorFeeLib: 'lz-evm-messagelib-v2/artifacts/contracts',
  PriceFeed: 'lz-evm-messagelib-v2/artifacts/contracts',
  Treasury: 'lz-evm-messagelib-v2/artifacts/contracts',
} as const;
type LayerZeroContract = keyof typeof folders;

const known = new Map<LayerZeroContract, { readonly abi: Abi; readonly bytecode: Hex }>();

/** Creation code as LayerZero compiled it, with its constructor's arguments. */
export function layerZeroCreation(name: LayerZeroContract, args: readonly unknown[] = []): Hex {
  let artifact = known.get(name);
  if (!artifact) {
    const file = `@layerzerolabs/${folders[name]}/${name}.sol/${name}.json`;
    try {
      artifact = JSON.parse(readFileSync(packageFile(file), 'utf8')) as { abi: Abi; bytecode: Hex };
    } catch (error) {
      throw new ContractCompilationError(name, error instanceof Error ? error.message : String(error));
    }
    known.set(name, artifact);
  }
  const { abi, bytecode } = artifact;
  return args.length === 0 ? bytecode : encodeDeployData({ abi, bytecode, args });
}

export const bridgedTokenAbi = parseAbi([
  'constructor(string name, string symbol, address endpoint, address owner, uint256 supply)',
]);

export const bridgeEscrowAbi = parseAbi(['constructor(address token, address endpoint, address owner)']);

export const endpointAbi = parseAbi([
  'struct SetConfigParam { uint32 eid; uint32 configType; bytes config; }',
  'struct Origin { uint32 srcEid; bytes32 sender; uint64 nonce; }',
  'function registerLibrary(address library)',
  'function setDefaultSendLibrary(uint32 eid, address library)',
  'function setDefaultReceiveLibrary(uint32 eid, address library, uint256 gracePeriod)',
  'function setConfig(address oapp, address library, SetConfigParam[] params)',
  'function skip(address oapp, uint32 srcEid, bytes32 sender, uint64 nonce)',
  'function nilify(address oapp, uint32 srcEid, bytes32 sender, uint64 nonce, bytes32 payloadHash)',
  'function burn(address oapp, uint32 srcEid, bytes32 sender, uint64 nonce, bytes32 payloadHash)',
  'function clear(address oapp, Origin origin, bytes32 guid, bytes message)',
  'function nextGuid(address sender, uint32 dstEid, bytes32 receiver) view returns (bytes32)',
]);

export const ulnAbi = parseAbi([
  'struct UlnConfig { uint64 confirmations; uint8 requiredDVNCount; uint8 optionalDVNCount; uint8 optionalDVNThreshold; address[] requiredDVNs; address[] optionalDVNs; }',
  'struct SetDefaultUlnConfigParam { uint32 eid; UlnConfig config; }',
  'struct ExecutorConfig { uint32 maxMessageSize; address executor; }',
  'struct SetDefaultExecutorConfigParam { uint32 eid; ExecutorConfig config; }',
  'function setDefaultUlnConfigs(SetDefaultUlnConfigParam[] params)',
  'function setDefaultExecutorConfigs(SetDefaultExecutorConfigParam[] params)',
  'function setTreasury(address treasury)',
  'function getUlnConfig(address oapp, uint32 remoteEid) view returns (UlnConfig)',
  'function verify(bytes packetHeader, bytes32 payloadHash, uint64 confirmations)',
  'function commitVerification(bytes packetHeader, bytes32 payloadHash)',
]);

export const workerAbi = parseAbi([
  'struct DvnDestination { uint32 dstEid; uint64 gas; uint16 multiplierBps; uint128 floorMarginUSD; }',
  'struct ExecuteParam { uint32 vid; address target; bytes callData; uint256 expiration; bytes signatures; }',
  'function setWorkerFeeLib(address library)',
  'function setDstConfig(DvnDestination[] params)',
  'function execute(ExecuteParam[] params)',
]);

export const executorAbi = parseAbi([
  'struct ExecutorDestination { uint32 dstEid; uint64 lzReceiveBaseGas; uint64 lzComposeBaseGas; uint16 multiplierBps; uint128 floorMarginUSD; uint128 nativeCap; }',
  'struct Origin { uint32 srcEid; bytes32 sender; uint64 nonce; }',
  'struct ExecutionParams { address receiver; Origin origin; bytes32 guid; bytes message; bytes extraData; uint256 gasLimit; }',
  'function initialize(address endpoint, address receiveUln301, address[] messageLibs, address priceFeed, address roleAdmin, address[] admins)',
  'function setWorkerFeeLib(address library)',
  'function setDstConfig(ExecutorDestination[] params)',
  'function execute302(ExecutionParams params)',
]);

export const priceFeedAbi = parseAbi(['function initialize(address priceUpdater)']);

export const oftAbi = parseAbi([
  'struct SendParam { uint32 dstEid; bytes32 to; uint256 amountLD; uint256 minAmountLD; bytes extraOptions; bytes composeMsg; bytes oftCmd; }',
  'struct MessagingFee { uint256 nativeFee; uint256 lzTokenFee; }',
  'function send(SendParam param, MessagingFee fee, address refundAddress)',
  'function setPeer(uint32 eid, bytes32 peer)',
]);

/** The parameters of a UlnConfig, as `setConfig` takes it in bytes. */
export const ulnConfigParameters = [
  {
    type: 'tuple',
    components: [
      { name: 'confirmations', type: 'uint64' },
      { name: 'requiredDVNCount', type: 'uint8' },
      { name: 'optionalDVNCount', type: 'uint8' },
      { name: 'optionalDVNThreshold', type: 'uint8' },
      { name: 'requiredDVNs', type: 'address[]' },
      { name: 'optionalDVNs', type: 'address[]' },
    ],
  },
] as const;
