import { z } from 'zod';
import { FatalError } from './errors.ts';

/**
 * chains.json: every chain, asset and feed we watch.
 *
 * *Meaning* (`parameters`, `assets`, `chains.*.meaning`) enters the log as `ConfigAdopted` and decides numbers.
 * *Wiring* (`chains.*.wiring`, `operation`) says how to reach the chains and how patient to be; it decides no final number.
 */
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'expected 0x and 40 hex digits')
  .transform((text) => text.toLowerCase());
const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'expected 0x and 64 hex digits')
  .transform((text) => text.toLowerCase());
const url = z.url({ protocol: /^(https?|wss?)$/, error: 'expected an http(s) or ws(s) URL' });
const assetKey = z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'expected 1 to 32 of A-Z a-z 0-9 . _ -');
const chainKey = z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a lower-case letter, then a-z 0-9 -');
const feedKey = z.string().regex(/^[A-Za-z0-9./_-]+$/, 'expected one or more of A-Z a-z 0-9 . / _ -');
const issuerKey = z.string().regex(/^[A-Za-z0-9._-]{1,32}$/, 'expected 1 to 32 of A-Z a-z 0-9 . _ -');
const deploymentKey = z.string().regex(/^[A-Za-z0-9._-]+$/, 'expected one or more of A-Z a-z 0-9 . _ -');
const seconds = z.number().int().min(1);
const share = z.number().gt(0).lt(1);

export const parametersSchema = z.strictObject({
  stepSeconds: seconds.max(3600).meta({ description: 'Length of a step, seconds' }),
  ageingSeconds: seconds.meta({
    description: 'Assets without news are re-evaluated at multiples of this; a multiple of stepSeconds',
  }),
  staleHeartbeats: z.number().gt(0).max(100),
  confidenceShareMax: share,
  groupWeightMax: share,
  groupsMin: z.number().int().min(1).max(50),
  futureSecondsMax: z.number().int().min(0).max(3600),
  tauFastSeconds: z.number().gt(0),
  tauSlowSeconds: z.number().gt(0),
  alpha: z.number().min(0).max(1),
  vScalarMax: z.number().gt(0),
  vStressFloor: z.strictObject({
    volatile: z.number().gt(0),
    lst: z.number().gt(0),
    wrapped: z.number().gt(0),
    stable: z.number().gt(0),
  }),
  holdSeconds: seconds,
  degradedWaitSeconds: seconds,
});

export const assetSchema = z.strictObject({
  class: z.enum(['volatile', 'lst', 'wrapped', 'stable']),
  root: z.string().min(1),
  description: z.string().optional(),
});

const shareOfOwed = z.number().min(0).max(10);

/** Whoever owes what an asset promises: a bridge, a custodian, a staking protocol, a vault, a lending pool. */
export const issuerSchema = z.strictObject({
  class: z.enum(['bridge', 'custodian', 'lst', 'vault', 'pool']),
  backing: z.enum(['ledger', 'reserves', 'attested']).meta({
    description:
      'ledger: escrow and supplies of a bridged token are watched; reserves: balances on chain; attested: nothing on chain shows it',
  }),
  root: z.string().min(1).meta({ description: 'What it promises: USD or the key of an asset' }),
  lossGivenDefault: z.number().min(0).max(1).optional().meta({
    description: 'Share lost if it fails; default by class: bridge 1, custodian .5, lst .2, vault .5, pool .2',
  }),
  reserves: z.record(assetKey, shareOfOwed).optional().meta({
    description: 'Share of what it owes that it holds in each asset; may add up to more than 1',
  }),
  outsideReserves: shareOfOwed.optional().meta({
    description: 'Share backed by what no asset stands for; default what reserves leave of 1',
  }),
  ledger: z
    .strictObject({
      kind: z.enum(['lock', 'burn']).meta({
        description: 'lock: an escrow at home stands behind the supply elsewhere; burn: burnt here, minted there',
      }),
      home: chainKey.meta({ description: 'Key of the chain of the escrow, or of the first token of a burn family' }),
      sharedDecimals: z.number().int().min(0).max(36).default(6).meta({ description: 'Decimals of messages' }),
    })
    .optional(),
  verified: z.boolean().default(true),
  note: z.string().optional(),
});

/** A contract of a bridged token on one chain. */
export const bridgeMemberSchema = z.strictObject({
  address: address.meta({ description: 'The token contract that sends and receives, or the adapter before it' }),
  token: z.string().meta({ description: 'Key of a token of the chain: what holders hold' }),
  role: z.enum(['escrow', 'supply']).meta({
    description: 'escrow: holds what is locked at home; supply: mints and burns',
  }),
  peers: z
    .record(
      z.string().regex(/^[1-9][0-9]{0,9}$/, "expected a network's number"),
      z.union([address, hash], { error: 'expected an address, or 32 bytes where the peer is no EVM contract' }),
    )
    .meta({
      description:
        'Who stands at the other end of each lane, by network id; one that no chain here has is a lane nobody watches',
    }),
});

/** A messaging protocol on one chain, and the tokens that use it. */
export const bridgeSchema = z.strictObject({
  source: z.string().min(1).meta({ description: 'Name of a file in indexer/sources' }),
  networkId: z.number().int().min(1).meta({ description: "The protocol's own number of this chain (LayerZero: eid)" }),
  contracts: z.record(z.string(), address).meta({
    description: 'By the names its source gives them (layerzero-v2: endpoint, sendLibrary, receiveLibrary)',
  }),
  executors: z.array(address).default([]).meta({ description: 'Whose reports of failed executions count' }),
  lagSecondsMax: z.number().int().min(0).default(120).meta({
    description: 'Normal lag of this chain behind now: beyond it, deliveries that cannot be judged come to count',
  }),
  clockSkewSeconds: z.number().int().min(0).max(3600).default(60).meta({
    description: 'How far the clocks of this chain and of its peers may differ',
  }),
  stuckAfterSeconds: z.number().int().min(1).default(1800).meta({
    description: 'A message from this chain that is undelivered for longer is called stuck',
  }),
  members: z.record(issuerKey, bridgeMemberSchema).meta({ description: 'By the key of the issuer' }),
  verified: z.boolean().default(true),
  note: z.string().optional(),
});

/** What of an issuer's backing is on one chain. One token held stands for one token owed, whatever their decimals. */
export const reservesSchema = z.strictObject({
  owed: z.array(z.string()).default([]).meta({
    description: 'Keys of tokens of this chain whose total supply is what the issuer owes',
  }),
  held: z
    .array(
      z.strictObject({
        token: z.string().meta({ description: 'Key of a token of this chain' }),
        holder: address.meta({ description: 'Whose balance of it stands behind what is owed' }),
      }),
    )
    .default([]),
});

const contagionAssetSchema = z.strictObject({
  class: assetSchema.shape.class.optional().meta({ description: 'Only where `assets` has no such key' }),
  root: z.string().min(1).optional().meta({ description: 'Only where `assets` has no such key' }),
  issuers: z.array(issuerKey).default([]).meta({
    description: 'Who owes it, on every chain; bridges are found by their members',
  }),
  sellsAs: assetKey.optional().meta({ description: 'The asset in whose market it is sold; default itself' }),
  depthUsd: z.number().gt(0).max(1e15).optional().meta({
    description: 'USD whose sale lowers its price by 1 - 1/e, where no watched pool shows it',
  }),
  redemption: z.enum(['open', 'closed']).default('closed').meta({
    description: 'Whether its issuers pay out at value: where no market is watched, it then loses 2 % instead of 25 %',
  }),
  description: z.string().optional(),
});

const unit = z.number().min(0).max(1);

/** Constants of the contagion index; the defaults are those of docs/methodology/contagion.md. */
export const contagionParametersSchema = z.strictObject({
  structWeight: unit.default(0.25),
  structEverySteps: z.number().int().min(1).max(10_000).default(5).meta({
    description: 'The scenarios are evaluated anew after so many steps, and at urgent sub-steps',
  }),
  marketFallLarge: unit.default(0.2),
  marketFallSmall: unit.default(0.1),
  lstBasisLoss: unit.default(0.03),
  failingIssuersMax: z.number().int().min(0).max(100).default(10),
  utilisationLoss: unit.default(0.05),
  poolLossGivenDefault: unit.default(0.2),
  bonus: unit.default(0.05).meta({ description: 'What a liquidator gets on top of the debt he repays' }),
  closeFactor: unit.default(0.5),
  fullLiquidationHealthFactor: unit.default(0.95),
  roundsMax: z.number().int().min(1).max(10_000).default(200),
  coverageMin: unit.default(0.8),
  chainLagSecondsMax: seconds.default(1200).meta({
    description: 'Normal age of the newest block with rows of a chain; twice as old degrades the index',
  }),
});

/** What the contagion index needs besides prices and positions. Absent: no index. */
export const contagionSchema = z.strictObject({
  evaluate: z.boolean().default(true).meta({
    description: 'false: no index is computed; the assets named here stay known',
  }),
  parameters: contagionParametersSchema.prefault({}),
  assets: z.record(assetKey, contagionAssetSchema).default({}),
});

/** The two tokens of a pool, and what its price is made of besides its ticks. */
export const poolSchema = z.strictObject({
  token0: z.string().meta({ description: 'Key of a token of the chain: the one with the smaller address' }),
  token1: z.string().meta({ description: 'Key of a token of the chain: the one with the larger address' }),
  feePips: z.number().int().min(1).max(999_999).meta({ description: 'Millionths: 500 = 0.05 %' }),
  windowSeconds: z.number().int().min(60).max(7200).default(1800).meta({
    description: 'Length of the time-weighted mean',
  }),
});

export const feedSchema = z.strictObject({
  source: z.string().min(1).meta({ description: 'Name of a file in indexer/sources' }),
  purpose: z.enum(['price', 'sequencer-uptime', 'option-market']).default('price'),
  asset: z.string().optional().meta({ description: 'Key of an asset; absent for sequencer-uptime' }),
  address: address.meta({
    description: 'The contract to watch: a Chainlink proxy, the Pyth contract, the API3 server, a pool',
  }),
  key: hash.optional().meta({ description: 'Pyth price id or API3 beacon id at that contract' }),
  quote: z.string().optional().meta({
    description:
      'Key of the asset in which the price is given; absent: US dollars. A pool is quoted in its other token',
  }),
  group: z.string().optional().meta({ description: 'Feeds of one group vote once; default the source name' }),
  decimals: z.number().int().min(0).max(36).optional(),
  pool: poolSchema.optional().meta({
    description: 'Pools only (uniswap-v3); the asset is that of one token, the quote that of the other',
  }),
  heartbeatSeconds: seconds,
  deviationThreshold: share,
  sampleSeconds: z.number().int().min(0).max(86_400).optional().meta({
    description:
      'Of its updates within one such interval the last counts for volatility; 0: every update. Default: 300 for a source that anybody updates at will (pyth, stork), else 0',
  }),
  weight: z.number().gt(0).max(1e6).default(1),
  activation: z.enum(['start', 'now']).default('start').meta({
    description: '`now`: joins a running lineage from the moment it is added instead of changing the past',
  }),
  verified: z
    .boolean()
    .default(true)
    .meta({ description: 'false: nobody could check this entry against the chain yet' }),
  note: z.string().optional(),
});

/** How a lending deployment's tokens turn amounts into scaled balances: by release, since the rounding changed. */
export const accountingRule = z.enum(['aave-v3.0', 'aave-v3.6']);

export const deploymentSchema = z.strictObject({
  source: z.string().min(1).meta({ description: 'Name of a file in indexer/sources' }),
  contracts: z.record(z.string(), address).meta({
    description:
      'The contracts of this deployment, by the names its source gives them (aave-v3: pool, configurator, oracle)',
  }),
  accounting: accountingRule.meta({ description: 'Rounding of the implementation in place at the start block' }),
  implementations: z
    .record(address, accountingRule)
    .default({})
    .meta({ description: 'Implementations it may be upgraded to; any other degrades the deployment' }),
  verified: z.boolean().default(true),
  note: z.string().optional(),
});

/** A token of a chain and the asset it is a claim on. */
export const tokenSchema = z.strictObject({
  address,
  asset: z.string().optional().meta({ description: 'Key of an asset, of `assets` or of `contagion`; absent: unknown' }),
  decimals: z.number().int().min(0).max(36),
});

export const chainMeaningSchema = z.strictObject({
  chainId: z.number().int().min(1),
  startBlock: z.number().int().min(0),
  startBlockHash: hash.optional(),
  blockSeconds: z.number().gt(0).meta({ description: 'Usual time between blocks' }),
  stateReadEveryBlocks: z.number().int().min(1),
  reorgDepthBlocksMax: z
    .number()
    .int()
    .min(1)
    .max(20_000)
    .meta({ description: 'How many blocks ingest can roll back' }),
  feeds: z.record(feedKey, feedSchema),
  tokens: z.record(assetKey, tokenSchema).optional(),
  deployments: z.record(deploymentKey, deploymentSchema).optional(),
  bridges: z.record(deploymentKey, bridgeSchema).optional(),
  reserves: z
    .record(issuerKey, reservesSchema)
    .optional()
    .meta({ description: 'By the key of an issuer whose backing is reserves' }),
});

/** How history is read where there are RPC nodes and no gateway. */
export const guardSchema = z.strictObject({
  history: z.boolean().default(true).meta({
    description: 'false: the processor reads history itself, every log of every block',
  }),
  historyBlocksMin: z.number().int().min(0).default(500).meta({
    description: 'Fewer final blocks than this are left to the processor',
  }),
  requestsInFlightMax: z.number().int().min(1).max(500).default(16).meta({ description: 'At once, per node' }),
  everyHeader: z.boolean().default(false).meta({
    description: 'Fetch every header, so that every logsBloom is compared with the logs returned',
  }),
  checkBlooms: z.boolean().default(true).meta({
    description: 'false for chains whose logsBloom does not hold all their logs',
  }),
  crossCheck: z
    .boolean()
    .default(false)
    .meta({ description: 'A second node must return the same blocks, logs and state' }),
  head: z.boolean().default(true).meta({
    description: 'false: the processor follows the head of the first node by itself; there is no failover',
  }),
  compareSeconds: z.number().min(0).max(3600).default(10).meta({
    description: 'How often the heads and final blocks of all nodes are compared; 0: never',
  }),
  hedgeAfterMs: z.number().int().min(10).nullable().default(null).meta({
    description: 'At the head, a node that takes longer has its question asked of the next as well; null: never',
  }),
  port: z.number().int().min(0).max(65_535).default(0).meta({
    description: 'Of the guard on the loopback interface, with /metrics for Prometheus; 0: any that is free',
  }),
});

export const chainWiringSchema = z.strictObject({
  rpc: z.array(url).default([]).meta({
    description: 'Nodes over http(s), in order of preference; at those over ws(s) new blocks are only listened for',
  }),
  gateway: url.nullable().default(null),
  pollMs: z.number().int().min(20).max(600_000).default(1000),
  requestTimeoutMs: z.number().int().min(100).default(30_000),
  requestsPerSecondMax: z.number().gt(0).nullable().default(null),
  guard: guardSchema.prefault({}),
});

/** The second opinion on bridge messages: told beside them, and used in no number. */
export const layerZeroScanSchema = z.strictObject({
  enabled: z.boolean().default(false).meta({
    description: 'true: LayerZero Scan is asked what it knows of the messages of bridged tokens. Read its terms first',
  }),
  api: z
    .url({ protocol: /^https?$/ })
    .default('https://scan.layerzero-api.com/v1')
    .meta({
      description: 'Base of its REST API; https://scan-testnet.layerzero-api.com/v1 for test networks',
    }),
  deadlineMs: z.number().int().min(100).max(60_000).default(10_000).meta({ description: 'Of one request' }),
  requestsPerMinuteMax: z.number().int().min(1).max(60).default(20),
  askAfterSeconds: seconds.default(60).meta({
    description: 'An ordinary message is asked about when it is so old; a delivery without a send at once',
  }),
  giveUpAfterSeconds: seconds.default(86_400).meta({ description: 'Older messages are asked about no more' }),
});
export type LayerZeroScanSettings = z.output<typeof layerZeroScanSchema>;

/** Deribit's options as option markets. Enabled, its feeds join the running lineage from now. */
export const deribitSchema = z.strictObject({
  enabled: z.boolean().default(false).meta({
    description:
      'true: option chains and volatility index are asked for over HTTPS, and the skew enters V. Read its terms first',
  }),
  api: z
    .url({ protocol: /^https?$/ })
    .default('https://www.deribit.com/api/v2')
    .meta({ description: 'Base of its REST API; https://test.deribit.com/api/v2 is its test network' }),
  markets: z
    .record(
      assetKey,
      z.strictObject({
        currency: z
          .string()
          .regex(/^[A-Z0-9]{2,10}$/, 'expected a currency of Deribit such as ETH')
          .meta({
            description: 'The coin in which its inverse options are settled',
          }),
        weight: z.number().gt(0).max(1e6).default(1),
      }),
    )
    .default({ BTC: { currency: 'BTC', weight: 1 }, ETH: { currency: 'ETH', weight: 1 } })
    .meta({ description: 'By the key of the asset that the options are written on' }),
  everySeconds: z.number().int().min(10).max(600).default(120).meta({
    description: 'How often a market is asked; quotes older than 15 minutes do not count',
  }),
  deadlineMs: z.number().int().min(100).max(60_000).default(10_000).meta({ description: 'Of one request' }),
  requestsPerMinuteMax: z.number().int().min(1).max(120).default(20).meta({
    description: 'A market takes two requests each time',
  }),
});
export type DeribitSettings = z.output<typeof deribitSchema>;

export const operationSchema = z.strictObject({
  speculationSecondsMax: seconds.default(120),
  holdBackMsMax: z.number().int().min(0).default(3000),
  exclusionSecondsMax: seconds.default(1800),
  checkpointEverySteps: z.number().int().min(1).default(300),
  databaseSilenceSecondsMax: z.number().min(0.1).max(86_400).default(120).meta({
    description:
      'Ingest and fold give up a database connection that they wait for and that carries nothing for so long',
  }),
});

export const chainsConfigSchema = z.strictObject({
  $schema: z.string().optional(),
  parameters: parametersSchema,
  assets: z.record(assetKey, assetSchema),
  issuers: z.record(issuerKey, issuerSchema).optional(),
  contagion: contagionSchema.optional(),
  chains: z.record(chainKey, z.strictObject({ meaning: chainMeaningSchema, wiring: chainWiringSchema.prefault({}) })),
  operation: operationSchema.prefault({}),
  layerZeroScan: layerZeroScanSchema.prefault({}),
  deribit: deribitSchema.prefault({}),
});

export type ChainsConfig = z.output<typeof chainsConfigSchema>;
export type ChainEntry = ChainsConfig['chains'][string];
export type FeedEntry = z.output<typeof feedSchema>;
export type Operation = z.output<typeof operationSchema>;

/**
 * The part of the configuration that decides numbers, ready for `canonicalJson`. Feeds that join later (`activation`
 * `now`) and what only people read (descriptions, notes, `verified`) are left out.
 */
export const meaningSchema = z.strictObject({
  parameters: parametersSchema,
  assets: z.record(assetKey, assetSchema.omit({ description: true })),
  issuers: z.record(issuerKey, issuerSchema.omit({ verified: true, note: true })).optional(),
  contagion: contagionSchema
    .extend({ assets: z.record(assetKey, contagionAssetSchema.omit({ description: true })) })
    .optional(),
  chains: z.record(
    chainKey,
    chainMeaningSchema.extend({
      feeds: z.record(feedKey, feedSchema.omit({ activation: true, verified: true, note: true })),
      deployments: z.record(deploymentKey, deploymentSchema.omit({ verified: true, note: true })).optional(),
      bridges: z.record(deploymentKey, bridgeSchema.omit({ verified: true, note: true })).optional(),
    }),
  ),
});
export type Meaning = z.output<typeof meaningSchema>;
export type ContagionParametersMeaning = z.output<typeof contagionParametersSchema>;
export type AccountingRule = z.output<typeof accountingRule>;
export type DeploymentMeaning = NonNullable<Meaning['chains'][string]['deployments']>[string];
export type IssuerMeaning = NonNullable<Meaning['issuers']>[string];
export type ReservesMeaning = NonNullable<Meaning['chains'][string]['reserves']>[string];
export type BridgeMeaning = NonNullable<Meaning['chains'][string]['bridges']>[string];
export type TokenMeaning = NonNullable<Meaning['chains'][string]['tokens']>[string];
export type FeedMeaning = Meaning['chains'][string]['feeds'][string];

export class ConfigurationError extends FatalError {
  override readonly name = 'ConfigurationError';
  constructor(
    readonly file: string,
    readonly problems: readonly { readonly path: string; readonly message: string; readonly found: unknown }[],
  ) {
    super(
      `${file} is not a valid configuration:\n${problems
        .map((p) => `  ${p.path || '(top level)'}: ${p.message}; found ${JSON.stringify(p.found) ?? 'nothing'}`)
        .join('\n')}\nCorrect the named entries of ${file} (schema: schema/chains.schema.json).`,
    );
  }
}
