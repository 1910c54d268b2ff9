import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Canonical, canonicalJson } from '../../schema/canonical.ts';
import { compareOrderKeys, observationStreams } from '../../schema/order-key.ts';
import { asLogBlock, type SyntheticChain, syntheticChains, syntheticMeaning } from '../../test/synthetic-log.ts';
import { configAdoptedObservation } from '../sources/observations.ts';
import { type EngineFrame, FoldEngine, type LogEntry } from './engine.ts';
import { decoderFor } from './lineage.ts';

const meaning = syntheticMeaning({ assets: 2 });
const step = meaning.parameters.stepSeconds;

function configuration(chains: readonly SyntheticChain[]): LogEntry & { observation: object } {
  const time = Math.min(...chains.map((chain) => chain.blocks[0]?.timestamp ?? 0));
  return {
    time,
    observation: {
      stream: observationStreams.configuration,
      position: 1,
      effectiveTime: time,
      sourceTime: time,
      ...configAdoptedObservation(meaning),
    },
  };
}

/** The whole log in OrderKey order, blocks without rows left out unless asked for. */
function entriesOf(chains: readonly SyntheticChain[]): LogEntry[] {
  const blocks = chains.flatMap((chain) =>
    chain.blocks
      .filter((block) => block.logs.length > 0 || block.stateReads.length > 0)
      .map((block) => ({ time: block.timestamp, block: asLogBlock(block) })),
  );
  const key = (entry: { time: number; block: { chainId: number; number: number } }) => ({
    effectiveTime: entry.time,
    stream: entry.block.chainId,
    position: entry.block.number,
    index: 0,
  });
  blocks.sort((a, b) => compareOrderKeys(key(a), key(b)));
  return [configuration(chains), ...blocks];
}

const between = (entries: readonly LogEntry[], after: number, through: number): LogEntry[] =>
  entries.filter((entry) => entry.time > after && entry.time <= through);

function newEngine(entries: readonly LogEntry[]): FoldEngine {
  const first = entries[0]?.observation;
  if (!first) throw new Error('no configuration');
  return new FoldEngine(decoderFor([first]));
}

const published = (frames: readonly EngineFrame[]): string[] =>
  frames.flatMap((frame) => (frame.closing ? [canonicalJson(frame.closing as unknown as Canonical)] : []));

async function plainRun(entries: readonly LogEntry[], through: number) {
  const engine = newEngine(entries);
  await engine.foldThrough(through, between(entries, -1, through));
  const frames = engine.finalise(through);
  return { engine, closings: published(frames), digest: engine.snapshot.digest() };
}

const endOf = (chains: readonly SyntheticChain[]): number =>
  Math.floor((Math.min(...chains.map((chain) => chain.blocks.at(-1)?.timestamp ?? 0)) - 1) / step) * step;

describe('the fold engine', () => {
  it('gives the same closings and digest however the folding is cut, with work undone in between', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1e6 }),
        fc.array(fc.record({ ahead: fc.integer({ min: 1, max: 80 }), back: fc.integer({ min: 0, max: 60 }) }), {
          maxLength: 12,
        }),
        async (seed, moves) => {
          const chains = syntheticChains(meaning, { seed, seconds: 1500, eventShare: 0.1 });
          const entries = entriesOf(chains);
          const end = endOf(chains);
          const plain = await plainRun(entries, end);

          const engine = newEngine(entries);
          let finalTime = (Math.floor((entries[0] as LogEntry).time / step) + 1) * step;
          const frames: EngineFrame[] = [];
          await engine.foldThrough(finalTime, between(entries, -1, finalTime));
          frames.push(...engine.finalise(finalTime));
          for (const { ahead, back } of moves) {
            const target = Math.min(end, engine.foldedTime + ahead * step);
            const from = engine.foldedTime;
            await engine.foldThrough(target, between(entries, from, target));
            const before = Math.max(finalTime + 1, engine.foldedTime - back * step);
            engine.rewind({ beforeTime: before });
            finalTime = Math.max(finalTime, Math.floor((engine.foldedTime - 5 * step) / step) * step);
            frames.push(...engine.finalise(finalTime));
          }
          await engine.foldThrough(end, between(entries, engine.foldedTime, end));
          frames.push(...engine.finalise(end));
          expect(published(frames)).toEqual(plain.closings);
          expect(engine.snapshot.digest()).toBe(plain.digest);
        },
      ),
      {
        numRuns: 30,
        // A frame that held rows of a step already final was undone.
        examples: [
          [
            8,
            [
              { ahead: 49, back: 24 },
              { ahead: 1, back: 5 },
            ],
          ],
        ],
      },
    );
  });

  it('goes back to exactly the state it came from', async () => {
    const chains = syntheticChains(meaning, { seed: 11, seconds: 3000, eventShare: 0.1 });
    const entries = entriesOf(chains);
    const middle = endOf(chains) - 100 * step;
    const { digest } = await plainRun(entries, middle);
    const engine = newEngine(entries);
    await engine.foldThrough(middle, between(entries, -1, middle));
    await engine.foldThrough(endOf(chains), between(entries, middle, endOf(chains)));
    engine.rewind({ beforeTime: middle + 1 });
    engine.finalise(middle);
    expect(engine.snapshot.digest()).toBe(digest);
  });

  it('goes on from a checkpoint as if it had never stopped', async () => {
    const chains = syntheticChains(meaning, { seed: 5, seconds: 3000, eventShare: 0.1 });
    const entries = entriesOf(chains);
    const end = endOf(chains);
    const plain = await plainRun(entries, end);
    const middle = end - 77 * step;
    const { engine: stopped, digest } = await plainRun(entries, middle);
    const resumed = newEngine(entries);
    resumed.restore(middle, stopped.snapshot.takeUnsaved(), digest);
    await resumed.foldThrough(end, between(entries, middle, end));
    resumed.finalise(end);
    expect(resumed.snapshot.digest()).toBe(plain.digest);
  });

  it('refuses a checkpoint in which one byte was flipped', async () => {
    const chains = syntheticChains(meaning, { seed: 5, seconds: 600, eventShare: 0.2 });
    const entries = entriesOf(chains);
    const { engine, digest } = await plainRun(entries, endOf(chains));
    const buckets = engine.snapshot.takeUnsaved().map(([bucket, body]) => [bucket, body] as [number, string]);
    const withPrice = buckets.find(([, body]) => /"answer":"\d/.test(body)) as [number, string];
    withPrice[1] = withPrice[1].replace(/"answer":"(\d)/, (_, digit) => `"answer":"${(Number(digit) + 1) % 10}`);
    expect(() => newEngine(entries).restore(endOf(chains), buckets, digest)).toThrow(/its buckets were altered/);
  });

  it('has another digest when any byte of any row is another', async () => {
    const chains = syntheticChains(meaning, { seed: 3, seconds: 600, eventShare: 0.2 });
    const entries = entriesOf(chains);
    const end = endOf(chains);
    const { digest } = await plainRun(entries, end);
    const at = entries.findIndex((entry, i) => i > entries.length / 2 && entry.block && entry.block.logs.length > 0);
    const entry = entries[at] as LogEntry & { block: NonNullable<LogEntry['block']> };
    const altered = [...entries];
    altered[at] = {
      ...entry,
      block: { ...entry.block, rowsSha256: `0x${'00'.repeat(32)}` as typeof entry.block.rowsSha256 },
    };
    expect((await plainRun(altered, end)).digest).not.toBe(digest);
  });

  it('refuses to undo what is final', async () => {
    const chains = syntheticChains(meaning, { seed: 3, seconds: 600, eventShare: 0.2 });
    const entries = entriesOf(chains);
    const { engine } = await plainRun(entries, endOf(chains));
    expect(() => engine.rewind({ chainId: 1, fromBlock: 100 })).toThrow(/finalised blocks were displaced/);
  });

  it('loses no round of an aggregator that appears between two state reads', async () => {
    const chains = syntheticChains(meaning, { seed: 8, seconds: 4000, eventShare: 0.3 });
    const entries = entriesOf(chains);
    const end = endOf(chains);
    const { engine } = await plainRun(entries, end);
    for (const chain of chains) {
      const rounds = chain.blocks
        .filter((block) => block.timestamp <= end)
        .flatMap((block) => block.logs.map((log) => ({ ...log, timestamp: block.timestamp })))
        .filter((log) => log.address.endsWith('02') && log.address.startsWith('0xd'));
      expect(rounds.length).toBeGreaterThan(10);
      const facts = engine.fold.state.get('feed', `${chain.name}/chainlink/A0`);
      expect(facts?.['reporter']).toBe(rounds[0]?.address);
      expect(facts?.['observedAt']).toBe(rounds.at(-1)?.timestamp);
      expect(BigInt(facts?.['answer'] as string)).toBe(BigInt(rounds.at(-1)?.topics[1] as string));
    }
  });
});
