import { usualParameters } from '../schema/parameters.fixture.ts';

/** A small configuration that is right, made anew at each call so that a test may spoil it. */
export function minimal() {
  const feed = { asset: 'ETH', heartbeatSeconds: 3600, deviationThreshold: 0.005 };
  const meaning = { startBlock: 5, blockSeconds: 12, stateReadEveryBlocks: 10, reorgDepthBlocksMax: 64 };
  return {
    parameters: usualParameters(),
    assets: { ETH: { class: 'volatile', root: 'ETH' }, USDC: { class: 'stable', root: 'USD' } },
    chains: {
      one: {
        meaning: {
          ...meaning,
          chainId: 1,
          feeds: {
            'chainlink/ETH': { ...feed, source: 'chainlink', address: `0x${'AA'.repeat(20)}`, decimals: 8 },
            'pyth/ETH': { ...feed, source: 'pyth', address: `0x${'bb'.repeat(20)}`, key: `0x${'0a'.repeat(32)}` },
            'api3/ETH': {
              ...feed,
              source: 'api3',
              address: `0x${'cc'.repeat(20)}`,
              key: `0x${'0a'.repeat(32)}`,
              decimals: 18,
            },
          },
        },
        wiring: {} as { rpc?: string[] },
      },
      two: { meaning: { ...meaning, chainId: 8453, feeds: {} }, wiring: {} as { rpc?: string[] } },
    },
  };
}
