import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ClosingOrder } from './closing-order.ts';

/** Assets a0, a1, ... of which each may rest on any before it, in a shuffled order. */
const anyAssets = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 1, maxLength: 12 }).chain((rests) => {
  const entries = rests.map((on, i): [string, Set<string>] => [
    `a${i}`,
    new Set(on.filter((other) => other < i).map((other) => `a${other}`)),
  ]);
  return fc.shuffledSubarray(entries, { minLength: entries.length }).map((shuffled) => new Map(shuffled));
});

it('closes everything once, each after what it rests on, whatever the order of the definitions', () => {
  fc.assert(
    fc.property(anyAssets, (restsOn) => {
      const { all } = new ClosingOrder(restsOn);
      expect([...all].sort()).toEqual([...restsOn.keys()].sort());
      for (const [id, others] of restsOn) {
        for (const other of others) expect(all.indexOf(other)).toBeLessThan(all.indexOf(id));
      }
    }),
  );
});

it('closes with an asset exactly what rests on it, in the same order', () => {
  fc.assert(
    fc.property(anyAssets, fc.nat(11), (restsOn, n) => {
      const order = new ClosingOrder(restsOn);
      const first = `a${n % restsOn.size}`;
      const rests = (id: string): boolean => id === first || [...(restsOn.get(id) ?? [])].some(rests);
      expect(order.including([first])).toEqual(order.all.filter(rests));
      expect(order.including([])).toEqual([]);
    }),
  );
});

it('refuses a price that rests on itself, and an asset it was not given', () => {
  const circle = new Map([
    ['a', new Set(['b'])],
    ['b', new Set(['a'])],
  ]);
  expect(() => new ClosingOrder(circle)).toThrow('a rests on b rests on a: a price cannot rest on itself');
  const order = new ClosingOrder(
    new Map([
      ['a', new Set<string>()],
      ['b', new Set<string>()],
    ]),
  );
  expect(() => order.including(['a', 'c'])).toThrow('c is no asset of the configuration');
});
