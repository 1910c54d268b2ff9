import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../schema/errors.ts';
import { type Frame, type Row, State } from './state.ts';

const a = { n: 1 };
const b = { n: 2 };

/** Every record as it is now, whatever becomes of it. */
function dump(state: State): (readonly [string, string, Row | undefined])[] {
  return ['t', 'u'].flatMap((table) =>
    state.keys(table).map((key) => [table, key, structuredClone(state.get(table, key))] as const),
  );
}

function apply(state: State, [table, key, row, inPlace]: readonly [string, string, Row | undefined, boolean]): void {
  if (!row || !inPlace) state.set(table, key, row);
  else state.edit<{ n?: Row['n'] }>(table, key, (former) => ({ ...former })).n = row['n'];
}

describe('the state', () => {
  it('walks a table in code-unit order, whatever came and went', () => {
    const state = new State();
    for (const key of ['b', 'Z', 'a', '10', '9']) state.set('t', key, a);
    const before = state.keys('t');
    state.set('t', 'Z', undefined);
    state.set('t', 'é', a);
    state.set('t', 'b', b);
    expect([before, state.keys('t'), state.keys('nothing')]).toEqual([
      ['10', '9', 'Z', 'a', 'b'],
      ['10', '9', 'a', 'b', 'é'],
      [],
    ]);
  });

  it('seals what was before the frame and what is after it, once per record', () => {
    const state = new State();
    state.set('t', 'x', a);
    state.seal(1);
    state.set('t', 'x', b);
    state.set('t', 'y', a);
    state.set('t', 'x', undefined);
    expect(state.isDirty).toBe(true);
    expect(state.seal(2)).toEqual({
      time: 2,
      writes: [
        { table: 't', key: 'x', before: a, after: undefined },
        { table: 't', key: 'y', before: undefined, after: a },
      ],
    });
    expect([state.isDirty, state.seal(3)]).toEqual([false, { time: 3, writes: [] }]);
  });

  it('copies a record once in a frame to change it, and never one that somebody else may have', () => {
    const state = new State();
    let copies = 0;
    const edit = () =>
      state.edit<{ n: number }>('t', 'x', (former) => {
        copies++;
        return { n: former?.n ?? 0 };
      });
    edit().n += 1;
    edit().n += 1;
    const first = state.seal(1);
    edit().n += 1;
    const given = { n: 10 };
    state.set('t', 'x', given);
    edit().n += 1;
    expect([first, state.seal(2), given, copies]).toEqual([
      { time: 1, writes: [{ table: 't', key: 'x', before: undefined, after: { n: 2 } }] },
      { time: 2, writes: [{ table: 't', key: 'x', before: { n: 2 }, after: { n: 11 } }] },
      { n: 10 },
      3,
    ]);
  });

  it('refuses to undo a frame while writes are open, and frames out of order', () => {
    const state = new State();
    state.set('t', 'x', a);
    const first = state.seal(1);
    state.set('t', 'x', b);
    expect(() => state.undo(first)).toThrow(new InvariantError('A frame was undone while writes were open'));
    const second = state.seal(2);
    expect(() => state.undo(first)).toThrow(/Frame 1 does not fit t\/x: frames undone out of order/);
    state.undo(second);
    state.undo(first);
    expect(state.get('t', 'x')).toBe(undefined);
  });

  it('loads what a snapshot holds, with nothing to undo', () => {
    const state = new State();
    state.load([
      ['t', 'y', b],
      ['t', 'x', a],
    ]);
    expect([dump(state), state.isDirty]).toEqual([
      [
        ['t', 'x', a],
        ['t', 'y', b],
      ],
      false,
    ]);
  });

  const write = fc.tuple(
    fc.constantFrom('t', 'u'),
    fc.constantFrom('x', 'y', 'z'),
    fc.option(
      fc.integer().map((n) => ({ n })),
      { nil: undefined },
    ),
    fc.boolean(),
  );

  it('is what it was, after frames are undone or open writes discarded', () => {
    fc.assert(
      fc.property(fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 6 }), fc.array(write), (frames, open) => {
        const state = new State();
        const known = [dump(state)];
        const sealed: Frame[] = frames.map((writes, time) => {
          for (const one of writes) apply(state, one);
          known.push(dump(state));
          return state.seal(time);
        });
        for (const one of open) apply(state, one);
        state.discardOpen();
        expect(dump(state)).toEqual(known.pop());
        for (const frame of sealed.reverse()) {
          state.undo(frame);
          expect(dump(state)).toEqual(known.pop());
        }
      }),
    );
  });
});
