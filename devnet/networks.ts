import { type Address, type Hex, keccak256, toHex } from 'viem';
import { privateKeyToAddress } from 'viem/accounts';

/** What the devnet deploys where: the mainnet addresses of chains.json, in the devnet's own words (a test compares them). */
export const chainNames = ['ethereum', 'arbitrum', 'base'] as const;
export type ChainName = (typeof chainNames)[number];
export const assetNames = ['ETH', 'BTC', 'LINK', 'USDC'] as const;
export type AssetName = (typeof assetNames)[number];
export const networkNames = ['chainlink', 'pyth', 'api3', 'redstone', 'chronicle', 'stork'] as const;
export type NetworkName = (typeof networkNames)[number];

/** What the smaller networks price, and where; the others price every asset on every chain. */
const coverage: {
  readonly [network in NetworkName]?: { readonly chains: readonly ChainName[]; readonly assets: readonly AssetName[] };
} = {
  redstone: { chains: ['ethereum'], assets: ['ETH', 'BTC'] },
  chronicle: { chains: ['ethereum'], assets: ['ETH', 'BTC'] },
  stork: { chains: ['arbitrum'], assets: ['ETH', 'BTC'] },
};

export interface DeployedFeed {
  readonly network: NetworkName;
  readonly asset: AssetName;
}

/** Every price feed of a chain, in the order of their reports within a block. */
export function feedsOn(chain: ChainName): readonly DeployedFeed[] {
  return networkNames.flatMap((network) => {
    const { chains, assets } = coverage[network] ?? { chains: chainNames, assets: assetNames };
    return chains.includes(chain) ? assets.map((asset) => ({ network, asset })) : [];
  });
}

export interface ChainAddresses {
  readonly chainId: number;
  readonly chainlinkProxies: { readonly [asset in AssetName]: Address };
  readonly sequencerUptimeProxy: Address | null;
  readonly pyth: Address;
  readonly api3: Address;
}

const api3ServerV1 = '0x709944a48cAf83535e43471680fDA4905FB3920a';

export const chainAddresses: { readonly [chain in ChainName]: ChainAddresses } = {
  ethereum: {
    chainId: 1,
    chainlinkProxies: {
      ETH: '0x5f4eC3Df9cbd43714FE2740f5E3616155c5b8419',
      BTC: '0xF4030086522a5bEEa4988F8cA5B36dbC97BeE88c',
      LINK: '0x2c1d072e956AFFC0D435Cb7AC38EF18d24d9127c',
      USDC: '0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6',
    },
    sequencerUptimeProxy: null,
    pyth: '0x4305FB66699C3B2702D4d05CF36551390A4c69C6',
    api3: api3ServerV1,
  },
  arbitrum: {
    chainId: 42161,
    chainlinkProxies: {
      ETH: '0x639Fe6ab55C921f74e7fac1ee960C0B6293ba612',
      BTC: '0x6ce185860a4963106506C203335A2910413708e9',
      LINK: '0x86E53CF1B870786351Da77A57575e79CB55812CB',
      USDC: '0x50834F3163758fcC1Df9973b6e91f0F0F0434aD3',
    },
    sequencerUptimeProxy: '0xFdB631F5EE196F0ed6FAa767959853A9F217697D',
    pyth: '0xff1a0f4744e8582DF1aE09D5611b887B6a12925C',
    api3: api3ServerV1,
  },
  base: {
    chainId: 8453,
    chainlinkProxies: {
      ETH: '0x71041dddad3595F9CEd3DcCFBe3D1F4b0a16Bb70',
      BTC: '0x64c911996D3c6aC71f9b455B1E8E7266BcbD848F',
      LINK: '0x17CAb8FE31E32f08326e5E27412894e49B0f9D65',
      USDC: '0x7e860098F58bBFC8648a4311b374B1D669a2bc6B',
    },
    sequencerUptimeProxy: '0xBCF85224fc0756B9Fa45aA7892530B47e10b6433',
    pyth: '0x8250f4aF4B972684F7b336503E2D6dFeDeB1487a',
    api3: api3ServerV1,
  },
};

/** The same on every chain. */
export const pythPriceIds: { readonly [asset in AssetName]: Hex } = {
  ETH: '0xff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace',
  BTC: '0xe62df6c8b4a85fe1a67db44dc12de5db330f7ac66b72dc658afedf0f4a415b43',
  LINK: '0x8ac0c70fff57e9aefdf5edf44b51d62c2d433653cbb2cf5cc06bb115af04d221',
  USDC: '0xeaa020c61cc479712813461ce153894a96a6c00b21ed0cfc2798d1f9a9e9c94a',
};

/**
 * API3's mainnet beacon ids are not known to us, so the devnet signs with an Airnode of its own. Its key protects
 * nothing: it is derived from a public sentence.
 */
export const airnodeKey: Hex = keccak256(toHex('avsl devnet airnode'));
export const airnode: Address = privateKeyToAddress(airnodeKey);

export function api3TemplateId(asset: AssetName): Hex {
  return keccak256(toHex(`avsl devnet ${asset}/USD`));
}

export function api3BeaconId(asset: AssetName): Hex {
  return keccak256(`${airnode}${api3TemplateId(asset).slice(2)}` as Hex);
}

/** An address nobody published: aggregators are found by asking their proxy. */
export function aggregatorAddress(chain: ChainName, subject: string, phase: number): Address {
  return `0x${keccak256(toHex(`avsl devnet aggregator ${chain} ${subject} ${phase}`)).slice(26)}`;
}

/** Whose contracts stand at addresses that nobody published. */
export function contractAddress(chain: ChainName, name: string): Address {
  return `0x${keccak256(toHex(`avsl devnet ${name} ${chain}`)).slice(26)}`;
}

export const decimalsOf = { chainlink: 8, pyth: 8, api3: 18, redstone: 8, chronicle: 18, stork: 18 } as const;

/** The feed's name in chains.json below its chain. */
export function feedKey(network: NetworkName, asset: AssetName): string {
  return `${network}/${asset}-USD`;
}
