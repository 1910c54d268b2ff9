import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../schema/errors.ts';
import { type Frame, type Row, State } from './state.ts';

const a = { n: 1 };
const b = { n: 2 };

/** Every record, as an outsider sees them. */
function dump(state: State): (readonly [string, string, Row | undefined])[] {
  return ['t', 'u'].flatMap((table) => state.keys(table).map((key) => [table, key, state.get(table, key)] as const));
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
  );

  it('is what it was, after frames are undone or open writes discarded', () => {
    fc.assert(
      fc.property(fc.array(fc.array(write, { maxLength: 6 }), { maxLength: 6 }), fc.array(write), (frames, open) => {
        const state = new State();
        const known = [dump(state)];
        const sealed: Frame[] = frames.map((writes, time) => {
          for (const [table, key, row] of writes) state.set(table, key, row);
          known.push(dump(state));
          return state.seal(time);
        });
        for (const [table, key, row] of open) state.set(table, key, row);
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
