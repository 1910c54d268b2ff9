import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jumpStatistics } from './bipower.ts';

describe('jumpStatistics', () => {
  it('needs three returns and survives a flat stretch', () => {
    expect(jumpStatistics([0.1, 0.2])).toBeNull();
    expect(jumpStatistics([0, 0, 0])).toEqual({
      realizedVariance: 0,
      bipowerVariation: 0,
      jumpVariation: 0,
      jumpShare: 0,
      tripowerQuarticity: 0,
      zRatio: null,
    });
  });

  it('keeps the jump share in [0, 1], free of the sign and the scale of the returns', () => {
    const quantum = fc.integer({ min: -1000, max: 1000 }).map((i) => i / 2 ** 14);
    fc.assert(
      fc.property(fc.array(quantum, { minLength: 3, maxLength: 50 }), (returns) => {
        const found = jumpStatistics(returns);
        expect(found!.jumpShare >= 0 && found!.jumpShare <= 1).toBe(true);
        expect(jumpStatistics(returns.map((r) => -r))).toEqual(found);
        expect(jumpStatistics(returns.map((r) => 4 * r))!.jumpShare).toBe(found!.jumpShare);
      }),
    );
  });

  it('tells one large return among small ones from evenly large returns', () => {
    const small = [0.001, -0.0012, 0.0009, -0.0011, 0.001, 0.0012, -0.001, 0.0011];
    const even = jumpStatistics(small);
    const jump = jumpStatistics(small.map((r, i) => (i === 4 ? 0.05 : r)));
    expect([even!.jumpShare < 0.1, jump!.jumpShare > 0.8, jump!.zRatio! > 2, even!.zRatio! < 2]).toEqual(
      new Array(4).fill(true),
    );
  });
});
