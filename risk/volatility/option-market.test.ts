import { describe, expect, it } from 'vitest';
import type { FeedDefinition, OptionSmileReported } from '../../schema/events.ts';
import { AssetId, ChainId, FeedId } from '../../schema/ids.ts';
import {
  fusedSkew,
  type OptionMarketAtClose,
  optionMarketAt,
  optionVoters,
  smileFacts,
  withSmile,
} from './option-market.ts';

const day = 86_400;
const now = 1_000_000;
const wad = (value: number) => BigInt(Math.round(value * 1e9)) * 10n ** 9n;

/** The slice of the golden vector `skew_25d`: at the forward .594, 25-delta put .696, call .579. */
function report(days: number, over: Partial<OptionSmileReported> = {}): OptionSmileReported {
  return {
    type: 'OptionSmileReported',
    chainId: ChainId(957),
    source: 'derive',
    reporter: '0xfeed',
    expiry: now + days * day,
    svi: { a: wad(0.01), b: wad(0.12), rho: wad(-0.35), m: wad(0.02), s: wad(0.15) },
    forward: wad(3000),
    years: wad(30 / 365),
    confidence: wad(1),
    observedAt: now,
    blockNumber: 1,
    ...over,
  };
}

const definition: FeedDefinition = {
  id: FeedId('derive/ETH'),
  chainId: ChainId(957),
  source: 'derive',
  group: 'derive',
  purpose: 'option-market',
  asset: AssetId('ETH'),
  oracle: '0xfeed',
  reporter: '0xfeed',
  decimals: null,
  heartbeatSeconds: 600,
  deviationThreshold: 0.01,
  weight: 1,
};

const market = (
  reports: readonly OptionSmileReported[],
  over: Partial<OptionMarketAtClose> = {},
): OptionMarketAtClose => ({
  definition,
  smiles: reports.map(smileFacts).reduce(withSmile, [] as OptionMarketAtClose['smiles']),
  index: null,
  failed: false,
  futureDated: false,
  chainIncluded: true,
  sequencer: 'up',
  ...over,
});

describe('an option market', () => {
  it('reads a slice as the golden vector has it', () => {
    const { fault, atForward, put25, call25, forward } = smileFacts(report(30));
    expect([fault, forward]).toEqual([null, 3000]);
    // `years` has nine decimals here: the vector is met to as many.
    expect([atForward, put25, call25].map((sigma) => sigma.toFixed(8))).toEqual([
      '0.59399054',
      '0.69632895',
      '0.57931203',
    ]);
  });

  it('names what is wrong with a slice, which has no volatility then', () => {
    const { svi } = report(30);
    const faults = [
      report(30, { years: 0n }),
      report(0),
      report(30, { confidence: 0n }),
      report(30, { years: 1n }),
      report(30, { svi: { ...svi, rho: wad(1) } }),
      report(30, { svi: { ...svi, b: wad(3) } }),
      report(30, { svi: { a: wad(-0.041), b: wad(0.1331), rho: wad(0.306), m: wad(0.3586), s: wad(0.4153) } }),
    ].map((one) => smileFacts(one));
    expect(faults.map(({ fault }) => fault)).toEqual([
      'no-term',
      'no-term',
      'no-confidence',
      'implausible',
      'domain',
      'wing-slope',
      'butterfly',
    ]);
    expect(faults.every(({ atForward, put25, call25 }) => atForward + put25 + call25 === 0)).toBe(true);
  });

  it('keeps the newest report of each expiry, by expiry, and forgets those that are over', () => {
    const first = [report(60), report(7), report(30)].map(smileFacts).reduce(withSmile, []);
    expect(first.map(({ expiry }) => (expiry - now) / day)).toEqual([7, 30, 60]);
    expect(withSmile(first, smileFacts(report(7, { forward: wad(9) })))).toBe(first);
    const later = smileFacts(report(60, { observedAt: now + 7 * day }));
    expect(withSmile(first, later).map(({ expiry }) => (expiry - now) / day)).toEqual([30, 60]);
    const many = Array.from({ length: 90 }, (_, i) => smileFacts(report(i + 1))).reduce(withSmile, []);
    expect([many.length, many.at(-1)?.expiry]).toEqual([64, now + 64 * day]);
  });

  it('publishes the 30-day skew between its expiries, and one flagged from one side alone', () => {
    const both = optionMarketAt(market([report(15), report(60)]), now, 1.5).published;
    expect([both.refused, both.flags, both.expiries]).toEqual([null, [], [now + 15 * day, now + 60 * day]]);
    expect(both.skew).toBeCloseTo(0.10233841, 7);
    expect(both.atForward).toBeCloseTo(0.59399054, 7);
    const one = optionMarketAt(market([report(60)]), now, 1.5).published;
    expect([one.flags, one.refused]).toEqual([['single-expiry'], null]);
    expect(one.skew).toBeCloseTo(0.10233841 * Math.sqrt(2), 7);
    expect(optionVoters([both, one])).toEqual(['derive/ETH', 'derive/ETH on both sides of 30 days', 'derive/ETH']);
  });

  it('says why it does not count', () => {
    const { svi } = report(30);
    const refusals = [
      market([report(30)], { failed: true }),
      market([]),
      market([report(30)], { chainIncluded: false }),
      market([report(30)], { sequencer: 'down' }),
      market([report(30, { observedAt: now - 900 })]),
      market([report(30, { svi: { ...svi, b: wad(3) } })]),
      market([report(6)]),
      market([report(91)]),
    ].map((one) => optionMarketAt(one, now, 1.5).published);
    expect(refusals.map(({ refused }) => refused)).toEqual([
      'failed',
      'no-data',
      'chain-excluded',
      'sequencer-down',
      'stale',
      'arbitrage',
      'no-near-expiry',
      'no-near-expiry',
    ]);
    expect(refusals.every(({ skew, atForward }) => skew === null && atForward === null)).toBe(true);
    expect(refusals[5]?.faults).toEqual([[now + 30 * day, 'wing-slope']]);
    expect(optionVoters(refusals)).toEqual([]);
  });

  it('leaves out an expiry that is unsound or too old, and says when the next gets so', () => {
    const { svi } = report(30);
    const reports = [report(15), report(60, { observedAt: now - 899 }), report(90, { svi: { ...svi, rho: wad(-1) } })];
    const young = optionMarketAt(market(reports), now, 1.5);
    expect([young.published.expiries.length, young.dueAt]).toEqual([2, now + 1]);
    const old = optionMarketAt(market(reports), now + 1, 1.5);
    expect([old.published.flags, old.published.ageSeconds]).toEqual([['single-expiry'], 1]);
  });

  it('is fused with others by group, each once', () => {
    const of = (group: string, skew: number | null, weight = 1) => ({ ...definition, group, skew, weight });
    expect(fusedSkew([], 1 / 3)).toBeNull();
    expect(fusedSkew([of('a', null)], 1 / 3)).toBeNull();
    expect(fusedSkew([of('a', 0.1)], 1 / 3)).toBe(0.1);
    expect(fusedSkew([of('a', 0.1), of('a', 0.3), of('b', 0.05), of('c', 9)], 1 / 3)).toBeCloseTo(0.2, 15);
    expect(fusedSkew([of('a', 0.1), of('b', 0.2, 100), of('c', 0.3)], 1 / 3)).toBe(0.2);
  });
});
