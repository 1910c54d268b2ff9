import { describe, expect, test } from 'vitest';
import { Address, Hash, Hex } from '../../schema/ids.ts';
import { gapsOf, type Searched, type Selection, selectorsOf } from './selection.ts';
import type { LogFilter, StateRead } from './source.ts';

const at = (n: number) => Address(`0x${String(n).repeat(40)}`);
const topic = (n: number) => Hash(`0x${String(n).repeat(64)}`);
const read = (n: number): StateRead => ({ to: at(n), calldata: Hex('0x01') });
const selection = (filters: readonly LogFilter[], stateReads: readonly StateRead[] = []): Selection => ({
  filters,
  stateReads,
});
const searched = (what: Selection, from: number, to: number): Searched[] =>
  selectorsOf(what).map((selector) => ({ selector, from, to }));

const one: LogFilter = { addresses: [at(1)], topic0: [topic(1)], topic1: [topic(5)] };

describe('gaps', () => {
  test('of blocks: before, between and after what was searched, joined where the same is missing', () => {
    const wanted = selection([one]);
    expect(gapsOf(wanted, [...searched(wanted, 10, 19), ...searched(wanted, 20, 24)], 5, 30)).toEqual([
      { ...wanted, from: 5, to: 9 },
      { ...wanted, from: 25, to: 30 },
    ]);
    expect(gapsOf(wanted, searched(selection([], [read(1)]), 8, 12), 5, 30)).toEqual([{ ...wanted, from: 5, to: 30 }]);
    expect(gapsOf(wanted, searched(wanted, 0, 99), 5, 30)).toEqual([]);
    expect(gapsOf(wanted, [], 5, 4)).toEqual([]);
  });

  test('of a filter: only the addresses and topics that nothing else found', () => {
    const wider: LogFilter = { addresses: [at(1), at(2)], topic0: [topic(1)], topic1: [topic(5), topic(6)] };
    const done = [
      ...searched(selection([one]), 0, 9),
      ...searched(selection([{ addresses: [at(2)], topic0: [topic(1)] }]), 0, 9),
    ];
    expect(gapsOf(selection([wider]), done, 0, 9)).toEqual([
      { ...selection([{ addresses: [at(1)], topic0: [topic(1)], topic1: [topic(6)] }]), from: 0, to: 9 },
    ]);
  });

  test('an address or second topic that is not named stands for any, which named ones do not make up for', () => {
    const anybody: LogFilter = { topic0: [topic(1), topic(2)] };
    const byAll = searched(selection([anybody]), 0, 9);
    expect(gapsOf(selection([one]), byAll, 0, 9)).toEqual([]);
    expect(gapsOf(selection([anybody]), searched(selection([one]), 0, 9), 0, 9)).toEqual([
      { ...selection([anybody]), from: 0, to: 9 },
    ]);
    expect(gapsOf(selection([{ topic0: [topic(2), topic(3)] }]), byAll, 0, 9)).toEqual([
      { ...selection([{ topic0: [topic(3)] }]), from: 0, to: 9 },
    ]);
  });

  test('of state reads: each by itself', () => {
    const done = searched(selection([], [read(1), read(2)]), 0, 9);
    expect(gapsOf(selection([], [read(1), read(2), read(3)]), done, 0, 9)).toEqual([
      { ...selection([], [read(3)]), from: 0, to: 9 },
    ]);
    expect(gapsOf(selection([], [read(2)]), done, 0, 9)).toEqual([]);
  });
});
