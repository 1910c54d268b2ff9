import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { TreeSum, treeSum } from './tree-sum.ts';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });

describe('TreeSum', () => {
  it('gives the same bits as a full pass after any changes in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(200), finite), { minLength: 1, maxLength: 400 }), (changes) => {
        const column = new TreeSum();
        const values: number[] = [];
        for (const [slot, value] of changes) {
          column.set(slot, value);
          while (values.length <= slot) values.push(0);
          values[slot] = value;
          expect(Object.is(column.total(), treeSum(values))).toBe(true);
        }
        const backwards = new TreeSum();
        for (let slot = values.length - 1; slot >= 0; slot--) backwards.set(slot, values[slot] as number);
        expect(Object.is(backwards.total(), column.total())).toBe(true);
        expect(values.map((_, slot) => column.get(slot))).toEqual(values.map((value) => value + 0));
      }),
    );
  });

  it('undoes a change to the last bit', () => {
    const column = new TreeSum();
    for (const [slot, value] of [0.1, 0.2, 0.3, 0.4].entries()) column.set(slot, value);
    const before = column.total();
    column.set(1, 1e16);
    column.set(1, 0.2);
    expect([column.total(), column.get(99)]).toEqual([before, 0]);
  });

  it('adds neighbours first', () => {
    expect([treeSum([]), treeSum([1e16, -1e16, 0.5, 0.25]), treeSum([1e16, 1, 1, -1e16])]).toEqual([0, 0.75, 0]);
  });

  it('refuses what is not a slot or not finite', () => {
    const column = new TreeSum();
    for (const attempt of [
      () => column.set(-1, 1),
      () => column.set(0.5, 1),
      () => column.set(0, Number.NaN),
      () => treeSum([Number.POSITIVE_INFINITY]),
    ]) {
      expect(attempt).toThrow(InvariantError);
    }
  });
});
