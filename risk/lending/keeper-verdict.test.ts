import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeeperPolicy } from '../../schema/published.ts';
import { type FusedAsset, healthBounds, keeperVerdict, type VerdictLeg } from './keeper-verdict.ts';

const policies = {
  ok: { liquidation: 'normal', newBorrow: true },
  waited: { liquidation: 'both-bounds', newBorrow: false },
  waiting: { liquidation: 'wait', newBorrow: false },
  insufficient: { liquidation: 'none', newBorrow: false },
} as const satisfies { [name: string]: KeeperPolicy };
type Policy = keyof typeof policies;
const ill = 9n * 10n ** 17n;
const well = 11n * 10n ** 17n;

const fused = (policy: Policy, price: number, half: number): FusedAsset => {
  const known = policy !== 'insufficient';
  return {
    ...{ price, confidence: known ? half : null, confidenceAll: known ? half : null },
    ...{ lo: known ? price - half : null, hi: known ? price + half : null },
    status: policy === 'ok' || policy === 'insufficient' ? policy : 'degraded',
    keepers: policies[policy],
  };
};
const holds = (amount: number, asset: FusedAsset | null, threshold = 8000): VerdictLeg => ({
  leg: {
    decimals: 6,
    supplied: BigInt(Math.round(amount * 1e6)),
    borrowed: 0n,
    isCollateral: true,
    liquidationThreshold: threshold,
  },
  fused: asset,
});
const owes = (amount: number, asset: FusedAsset | null): VerdictLeg => ({
  leg: {
    decimals: 6,
    supplied: 0n,
    borrowed: BigInt(Math.round(amount * 1e6)),
    isCollateral: false,
    liquidationThreshold: 7500,
  },
  fused: asset,
});
/** 10 ETH at 100 +- 10 dollars, of which 80 % count, against `usd` dollars of 1 +- .02. */
const account = (usd: number, ether: Policy = 'ok', dollar: Policy = 'ok') => [
  holds(10, fused(ether, 100, 10)),
  owes(usd, fused(dollar, 1, 0.02)),
];

describe('keeperVerdict', () => {
  it.each([
    ['an ill account with sound prices', ill, account(850), 'allowed', true],
    ['a healthy one', well, account(700), 'healthy', true],
    ['one whose health factor is unknown', null, account(850), 'none', true],
    ['a degraded price that has not lasted', ill, account(2000, 'waiting'), 'wait', false],
    // At worst 10 * .8 * 110 = 880 against 900 * .98 = 882.
    ['a degraded price that has, ill at both bounds', ill, account(900, 'waited'), 'allowed', false],
    ['ill at (lo collateral, hi debt) only', ill, account(890, 'waited'), 'not-at-both-bounds', false],
    ['ill at both bounds, but not to the protocol', well, account(2000, 'waited'), 'healthy', false],
    ['a degraded debt', ill, account(900, 'ok', 'waited'), 'allowed', false],
    ['one asset degraded long enough, another not', ill, account(2000, 'waited', 'waiting'), 'wait', false],
    ['an insufficient price', ill, account(2000, 'insufficient'), 'none', false],
    ['an insufficient price beside a degraded one', ill, account(2000, 'waiting', 'insufficient'), 'none', false],
    ['a reserve whose asset nobody fuses', ill, [holds(10, null), owes(2000, fused('ok', 1, 0))], 'none', false],
  ] as const)('%s', (_, healthFactor, legs, liquidation, newBorrow) => {
    expect(keeperVerdict(healthFactor, legs)).toEqual({ liquidation, newBorrow });
  });

  it('leaves out what is neither collateral in use nor debt', () => {
    const { leg } = holds(5, null);
    const idle = [
      { leg: { ...leg, isCollateral: false }, fused: null },
      { leg: { ...leg, supplied: 0n }, fused: fused('insufficient', 1, 0) },
    ];
    expect(keeperVerdict(ill, [...account(850), ...idle])).toEqual(keeperVerdict(ill, account(850)));
  });

  it('values collateral at lo and debt at hi, and the other way round', () => {
    expect(healthBounds(account(800))).toEqual({ low: (8 * 90) / (800 * 1.02), high: (8 * 110) / (800 * 0.98) });
    expect(healthBounds(account(0))).toEqual({ low: Number.POSITIVE_INFINITY, high: Number.POSITIVE_INFINITY });
    expect(healthBounds(account(800, 'insufficient'))).toBe(null);
  });

  it('takes each side of a looped position at its own end', () => {
    const ether = fused('waited', 100, 10);
    const loop: VerdictLeg = { leg: { ...holds(10, ether).leg, borrowed: 7_500_000n }, fused: ether };
    expect(healthBounds([loop])).toEqual({ low: (8 * 90) / (7.5 * 110), high: (8 * 110) / (7.5 * 90) });
  });

  it('does not widen an asset that the drop-one rule found sound', () => {
    const widened = { ...fused('ok', 100, 1), lo: 50, hi: 180, confidenceAll: 80 };
    expect(healthBounds([holds(10, widened), owes(100, fused('waited', 1, 0))])).toEqual({
      low: (8 * 99) / 100,
      high: (8 * 101) / 100,
    });
  });

  it('never allows more because a price is known less well', () => {
    const order: readonly Policy[] = ['ok', 'waited', 'waiting', 'insufficient'];
    const leg = fc.record({
      amount: fc.double({ min: 0, max: 1e6, noNaN: true }),
      isDebt: fc.boolean(),
      price: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
      policy: fc.nat(3),
      worse: fc.nat(3),
    });
    const width = fc.double({ min: 0, max: 0.4, noNaN: true });
    let allowed = 0;
    fc.assert(
      fc.property(fc.array(leg, { minLength: 1, maxLength: 4 }), width, width, (legs, width, more) => {
        const at = (width: number, policyOf: (one: (typeof legs)[number]) => number) =>
          keeperVerdict(
            ill,
            legs.map((one) => {
              const asset = fused(order[policyOf(one)] as Policy, one.price, one.price * width);
              return one.isDebt ? owes(one.amount, asset) : holds(one.amount, asset);
            }),
          );
        const before = at(width, ({ policy }) => policy);
        const wider = at(width + more, ({ policy }) => policy);
        const stricter = at(width, ({ policy, worse }) => Math.max(policy, worse));
        if (before.liquidation === 'allowed') allowed++;
        for (const found of [wider, stricter]) {
          expect(found.liquidation !== 'allowed' || before.liquidation === 'allowed').toBe(true);
          expect(!found.newBorrow || before.newBorrow).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
    expect(allowed).toBeGreaterThan(20);
  });
});
