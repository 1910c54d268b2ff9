import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { FatalError } from '../schema/errors.ts';
import { assetNames, chainNames, networkNames } from './networks.ts';

const seconds = z.number().int().min(1);
const asset = z.enum(assetNames);
const chain = z.enum(chainNames);
const network = z.enum(networkNames);
const phase = z.enum(['calm', 'crash', 'live']);

/** A time span that begins `afterSeconds` into a phase; what happens once does so at its beginning. */
const span = { phase, afterSeconds: z.number().int().min(0), seconds };

/** Pools by their feed in chains.json below the chain; the price is that of the asset that the feed prices. */
const manipulation = { chain, pools: z.array(z.string()).min(1), factor: z.number().gt(0).max(1000), ...span };

const incident = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('aggregator-switch').meta({
      description: 'A new aggregator is proposed at the start, reports beside the old one, and is confirmed at the end',
    }),
    chain,
    asset,
    ...span,
  }),
  z.strictObject({
    kind: z.literal('silence').meta({ description: 'The feed reports nothing' }),
    network,
    asset,
    chains: z.array(chain).min(1),
    ...span,
  }),
  z.strictObject({
    kind: z.literal('lie').meta({ description: 'The feed reports the price times `factor`' }),
    network,
    asset,
    chains: z.array(chain).min(1),
    factor: z.number().gt(0).max(1000),
    ...span,
  }),
  z.strictObject({
    kind: z.literal('optimistic-poke').meta({
      description:
        'Somebody pokes Chronicle optimistically with the price times `factor`; it is dropped in time, and Chronicle says nothing else until the end',
    }),
    chain,
    asset,
    factor: z.number().gt(0).max(1000),
    droppedAfterSeconds: seconds,
    ...span,
  }),
  z.strictObject({
    kind: z.literal('far-expiry-silence').meta({
      description: "Derive's venue reports only the expiry within the next 30 days",
    }),
    asset: z.enum(['ETH', 'BTC']),
    ...span,
  }),
  z.strictObject({
    kind: z.literal('sequencer-outage').meta({
      description: 'The uptime feed answers 1, no oracle reports on that chain, then the uptime feed answers 0',
    }),
    chain: z.enum(['arbitrum', 'base']),
    ...span,
  }),
  z.strictObject({
    kind: z.literal('pool-spike').meta({
      description: 'In every block somebody trades the pools to the price times `factor`, and back within that block',
    }),
    ...manipulation,
  }),
  z.strictObject({
    kind: z.literal('pool-hold').meta({ description: 'Somebody holds the pools at the price times `factor`' }),
    ...manipulation,
  }),
  z.strictObject({
    kind: z
      .literal('reserve-listing')
      .meta({ description: 'The lending market lists its last reserve, which is used at once' }),
    chain,
    ...span,
  }),
  z.strictObject({
    kind: z
      .literal('supply-token-upgrade')
      .meta({ description: 'A supply token of the lending market gets other code' }),
    chain,
    reserve: z.string().min(1),
    ...span,
  }),
  z.strictObject({
    kind: z.literal('price-source-change').meta({
      description: "The lending market takes a reserve's price from the Chainlink feed of an asset from now on",
    }),
    chain,
    reserve: z.string().min(1),
    asset,
    ...span,
  }),
  z.strictObject({
    kind: z.literal('bridge-hold').meta({ description: 'Nobody signs for the messages of a lane between bridges' }),
    from: chain,
    to: chain,
    ...span,
  }),
  z.strictObject({
    kind: z
      .literal('bridge-starve')
      .meta({ description: 'Messages of a lane are delivered with too little gas, and again at the end' }),
    from: chain,
    to: chain,
    ...span,
  }),
  z.strictObject({
    kind: z.literal('keeper-outage').meta({ description: 'Nobody liquidates on that chain' }),
    chain,
    ...span,
  }),
]);

const regime = z
  .strictObject({
    volatilityAnnual: z.number().min(0).max(50).meta({ description: 'Diffusion and jumps together; 0.5 is 50 %' }),
    jumpsPerYear: z.number().min(0).max(100_000),
    jumpShare: z
      .number()
      .min(0)
      .max(0.5)
      .meta({ description: 'Standard deviation of one jump, as a share of the price' }),
    trend: z.number().min(-2).max(2).meta({
      description: 'Sum of the drift over the whole phase: -0.33 means a fall to about exp(-0.33); must be 0 when live',
    }),
  })
  .refine((r) => r.jumpsPerYear * r.jumpShare * r.jumpShare <= r.volatilityAnnual * r.volatilityAnnual, {
    message: 'jumps alone exceed volatilityAnnual',
  });

const annual = z.number().gt(0).max(5);
const impliedVolatility = z.strictObject({ calm: annual, crash: annual, live: annual });

const spacing = z
  .tuple([seconds, seconds])
  .refine(([low, high]) => low <= high, 'expected [low, high] with low <= high');

export const scenarioSchema = z.strictObject({
  name: z.string().min(1),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  startsAt: z
    .number()
    .int()
    .min(1_500_000_000)
    .max(4_000_000_000)
    .meta({ description: 'Unix time of the first genesis' }),
  calmSeconds: seconds,
  crashSeconds: seconds,
  pathStepSeconds: seconds,
  blocksMax: z.number().int().min(10).max(4000).meta({ description: 'Play ends when a chain has this many blocks' }),
  chains: z.record(
    chain,
    z.strictObject({
      offsetSeconds: z.number().int().min(0),
      calmSpacingSeconds: spacing,
      crashSpacingSeconds: spacing,
      liveBlockSeconds: seconds,
    }),
  ),
  commonShare: z
    .number()
    .min(0)
    .max(1)
    .meta({ description: 'Share of the variance of volatile assets that they share' }),
  assets: z.record(
    asset,
    z.strictObject({
      priceUsd: z.number().gt(0),
      common: z.boolean(),
      noiseShare: z.number().min(0).max(0.01).meta({ description: "Standard deviation of a network's error" }),
      calm: regime,
      crash: regime,
      live: regime,
    }),
  ),
  networks: z.record(
    network,
    z.strictObject({
      noiseMultiple: z.number().min(0).max(10),
      lagSeconds: z.number().int().min(0).max(60).meta({ description: 'Age of a price when its block is made' }),
      confidenceShare: z.strictObject({ calm: z.number().min(0), crash: z.number().min(0), live: z.number().min(0) }),
      feeds: z
        .partialRecord(asset, z.strictObject({ deviationThreshold: z.number().gt(0).lt(1), heartbeatSeconds: seconds }))
        .meta({ description: 'When it reports an asset; one that is absent it never reports' }),
    }),
  ),
  optionVenue: z
    .strictObject({
      phase,
      afterSeconds: z.number().int().min(0),
      everySeconds: seconds,
      atForward: z.strictObject({ ETH: impliedVolatility, BTC: impliedVolatility }),
    })
    .optional()
    .meta({
      description:
        "When Derive's venue opens, how often it reports, and its implied volatilities at the forward; absent: never",
    }),
  bridge: z
    .strictObject({ calmEverySeconds: seconds, crashEverySeconds: seconds, liveEverySeconds: seconds })
    .meta({ description: 'Somebody sends a token to another chain about this often' }),
  incidents: z.array(incident),
  expected: z
    .strictObject({
      calmToleranceShare: z.number().gt(0).lt(1),
      calmFeedToleranceShare: z.number().gt(0).lt(1),
      calmAssets: z.array(asset),
      crashVolatilityMin: z.partialRecord(asset, z.number().gt(0)),
    })
    .meta({
      description:
        'What an index of this scenario must find: at the end of the calm window V, and each feed by itself, within these shares of the calm volatility, and the realised volatility at the end of the crash above these',
    }),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type Incident = Scenario['incidents'][number];
export type Phase = z.output<typeof phase>;

export class ScenarioError extends FatalError {
  override readonly name = 'ScenarioError';
  constructor(
    readonly file: string,
    readonly problems: readonly string[],
  ) {
    super(`${file} is not a valid scenario:\n  ${problems.join('\n  ')}\nCorrect the named entries of ${file}.`);
  }
}

export const crashScenarioFile = fileURLToPath(new URL('./scenario-crash.json', import.meta.url));

/** @throws {ScenarioError} with the path of every malformed entry. */
export function loadScenario(file: string = crashScenarioFile): Scenario {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ScenarioError(file, [error instanceof Error ? error.message : String(error)]);
  }
  const parsed = scenarioSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new ScenarioError(
    file,
    parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top level)'}: ${issue.message}`),
  );
}

/** Unix time at which a phase starts. */
export function phaseStart(scenario: Scenario, name: Phase): number {
  const calm = scenario.startsAt;
  if (name === 'calm') return calm;
  return calm + scenario.calmSeconds + (name === 'live' ? scenario.crashSeconds : 0);
}

export function phaseAt(scenario: Scenario, time: number): Phase {
  if (time < phaseStart(scenario, 'crash')) return 'calm';
  return time < phaseStart(scenario, 'live') ? 'crash' : 'live';
}

/** [from, to) in Unix time. */
export function incidentWindow(scenario: Scenario, entry: Incident): { readonly from: number; readonly to: number } {
  const from = phaseStart(scenario, entry.phase) + entry.afterSeconds;
  return { from, to: from + entry.seconds };
}
