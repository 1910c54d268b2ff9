import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Fold } from '../risk/fold.ts';
import { testParameters } from '../risk/model-parameters.fixture.ts';
import { type Canonical, canonicalJson } from '../schema/canonical.ts';
import type { FeedDefinition, OraclePriceReported } from '../schema/events.ts';
import { AssetId, ChainId, FeedId } from '../schema/ids.ts';
import { thousands } from './measure.ts';

/**
 * What fusion costs: 400 assets of five feeds each, the model alone in memory. A step's cost must grow with the assets
 * that changed and not with those that exist, so the same steps are run beside 40 assets. Every run ends in the state
 * that the same events give when they are applied again.
 */
const feedsPerAsset = 5;
const steps = 300;
const stepSeconds = 12;
const chainId = ChainId(1);

interface Measured {
  /** Microseconds of CPU. */
  readonly perEvent: number;
  readonly perStep: number;
}

function definitions(assets: number): readonly FeedDefinition[] {
  return Array.from({ length: assets * feedsPerAsset }, (_, i) => ({
    id: FeedId(`one/${i}`),
    chainId,
    source: 'bench',
    group: `network ${i % feedsPerAsset}`,
    purpose: 'price',
    asset: AssetId(`A${Math.floor(i / feedsPerAsset)}`),
    oracle: String(i),
    reporter: String(i),
    decimals: 8,
    heartbeatSeconds: 1_000_000,
    deviationThreshold: 0.005,
    weight: 1,
  }));
}

function report(feed: number, k: number, time: number): OraclePriceReported {
  // Any deterministic walk: what is measured does not depend on it.
  const value = BigInt(100_000_000_000 + ((feed * 7919 + k * 104_729) % 1_000_000_000));
  const common = { type: 'OraclePriceReported', chainId, source: 'bench', confidence: null, fromState: false } as const;
  return { ...common, reporter: String(feed), value, observedAt: time, blockNumber: k };
}

function adopted(assets: number): Fold {
  const fold = new Fold();
  fold.evolve(
    {
      type: 'ConfigurationAdopted',
      sha256: '00',
      parameters: { ...testParameters, stepSeconds, ageingSeconds: 1_200_000 },
      assets: Array.from({ length: assets }, (_, i) => ({ id: AssetId(`A${i}`), class: 'volatile', root: `A${i}` })),
      chains: [{ chainId, name: 'one', startBlock: 0 }],
      feeds: definitions(assets),
      deployments: [],
      tokens: [],
    },
    0,
  );
  fold.close(fold.nextClosing());
  for (let feed = 0; feed < assets * feedsPerAsset; feed++) fold.evolve(report(feed, 0, stepSeconds), stepSeconds);
  fold.close(stepSeconds);
  return fold;
}

/** In every step one feed of each of `changed` assets reports. */
function runSteps(assets: number, changed: number): { readonly measured: Measured; readonly digest: string } {
  const fold = adopted(assets);
  const hash = createHash('sha256');
  let [events, closings] = [0, 0];
  for (let k = 2; k < steps + 2; k++) {
    const time = k * stepSeconds;
    const reports = Array.from({ length: changed }, (_, i) =>
      report(((k + i) % assets) * feedsPerAsset + (k % feedsPerAsset), k, time),
    );
    const before = process.cpuUsage();
    for (const event of reports) fold.evolve(event, time);
    const applied = process.cpuUsage(before);
    const { closing } = fold.close(fold.nextClosing());
    const closed = process.cpuUsage(before);
    events += applied.user + applied.system;
    closings += closed.user + closed.system - applied.user - applied.system;
    if (Object.keys(closing?.assets ?? {}).length !== changed)
      throw new Error('A step closed other assets than changed');
    hash.update(canonicalJson(closing as unknown as Canonical));
  }
  return {
    measured: { perEvent: events / (steps * changed), perStep: closings / steps },
    digest: hash.digest('hex'),
  };
}

/** The least of three, which must agree in what they publish. */
function measure(assets: number, changed: number): Measured {
  const runs = Array.from({ length: 3 }, () => runSteps(assets, changed));
  if (new Set(runs.map(({ digest }) => digest)).size !== 1) throw new Error('The same events gave other closings');
  const least = (part: keyof Measured) => Math.min(...runs.map(({ measured }) => measured[part]));
  return { perEvent: least('perEvent'), perStep: least('perStep') };
}

function memoryPerAsset(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const fold = adopted(400);
  const used = heap() - before;
  return fold.state.keys('asset').length === 400 ? used / 400 : Number.NaN;
}

export async function run(): Promise<void> {
  console.log(
    `fusion: ${thousands(400 * feedsPerAsset)} feeds of 400 assets, ${steps} steps, the model alone; CPU, least of 3`,
  );
  measure(40, 40);
  const of = (assets: number, changed: number) => {
    const { perEvent, perStep } = measure(assets, changed);
    console.log(
      `  ${changed} of ${assets} assets change: ${perEvent.toFixed(1)} us a price, ${perStep.toFixed(0)} us a step, ${(perStep / changed).toFixed(1)} us per changed asset`,
    );
    return perStep;
  };
  const [few, some, all] = [of(400, 1), of(400, 40), of(400, 400)];
  const beside40 = of(40, 1);
  console.log(
    `  a step with one change beside 400 assets / beside 40: ${(few / beside40).toFixed(2)}; with 40 changes / with 1: ${(some / few).toFixed(1)}, with 400 / with 1: ${(all / few).toFixed(1)}`,
  );
  console.log(`  memory: ${(memoryPerAsset() / 1024).toFixed(1)} KiB an asset of ${feedsPerAsset} feeds`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run();
