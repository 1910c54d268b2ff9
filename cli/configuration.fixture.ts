/** A small configuration that is right, made anew at each call so that a test may spoil it. */
export function minimal() {
  const feed = { asset: 'ETH', heartbeatSeconds: 3600, deviationThreshold: 0.005 };
  const meaning = { startBlock: 5, blockSeconds: 12, stateReadEveryBlocks: 10, reorgDepthBlocksMax: 64 };
  return {
    parameters: {
      stepSeconds: 1,
      ageingSeconds: 60,
      staleHeartbeats: 1.5,
      confidenceShareMax: 0.02,
      groupWeightMax: 1 / 3,
      groupsMin: 3,
      futureSecondsMax: 60,
      tauFastSeconds: 124_416,
      tauSlowSeconds: 1_396_224,
      alpha: 0.7,
      vScalarMax: 5,
      vStressFloor: { volatile: 1.5, lst: 0.15, wrapped: 0.15, stable: 0.25 },
      holdSeconds: 600,
      degradedWaitSeconds: 600,
    },
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
