import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../schema/errors.ts';
import { type BackingEvent, type BackingLedger, backingLosses, evolveBacking } from './backing.ts';
import { type CorridorTiming, orphanState, type SourceHead } from './delivery-state.ts';

const chains = ['eth', 'base', 'uni'] as const;
const timing: CorridorTiming = { confirmations: 10, blockTimeSeconds: 2, skewSeconds: 60, lagSecondsMax: 60 };
const known: SourceHead = { coveredTime: 1e9, finalisedTime: 1e9 };

function ledger(kind: 'lock' | 'burn', over: Partial<BackingLedger> = {}): BackingLedger {
  const locked = kind === 'lock' ? 1000n : 0n;
  return { kind, home: 'eth', locked, minted: 1000n, totalSupply: 5000n, messages: {}, ...over };
}

function judged(start: BackingLedger, events: readonly BackingEvent[], head: SourceHead = known, now = 2e9) {
  const state = events.reduce(evolveBacking, start);
  return {
    state,
    ...backingLosses(
      state,
      now,
      () => head,
      () => timing,
    ),
  };
}

const message = (guid: string, value: bigint, source = 'uni', destination = 'eth') => ({
  guid,
  value,
  source,
  destination,
});
const sent = (...args: Parameters<typeof message>): BackingEvent => ({ type: 'sent', ...message(...args) });
const delivered = (...args: Parameters<typeof message>): BackingEvent => ({
  type: 'delivered',
  time: 500,
  ...message(...args),
});

/** Honest messages: each sent, most delivered, interleaved so that a send comes before its delivery. */
const honest = fc
  .array(
    fc.record({
      value: fc.bigInt({ min: 0n, max: 300n }),
      from: fc.nat(2),
      to: fc.nat(2),
      arrives: fc.boolean(),
      at: fc.nat(1000),
      later: fc.nat(1000),
    }),
    { maxLength: 20 },
  )
  .map((list) =>
    list
      .flatMap(({ arrives, at, from, later, to, value }, i) => {
        const args = [`g${i}`, value, chains[from], chains[to]] as const;
        const one = [at, i, sent(...args)] as const;
        return arrives ? [one, [at + later, i + 0.5, delivered(...args)] as const] : [one];
      })
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .map(([, , event]) => event),
  );

describe('the backing ledger', () => {
  it('keeps L = M + F in every honest history, and finds no loss', () => {
    fc.assert(
      fc.property(honest, fc.constantFrom('lock' as const, 'burn' as const), (events, kind) => {
        let state = ledger(kind, { locked: kind === 'lock' ? 100_000n : 0n, minted: 100_000n });
        for (const event of events) {
          state = evolveBacking(state, event);
          const losses = backingLosses(
            state,
            2e9,
            () => known,
            () => timing,
          );
          if (kind === 'lock') expect(state.locked).toBe(state.minted + losses.inFlight);
          else expect(state.minted + losses.inFlight).toBe(100_000n);
          expect([losses.gap, losses.lossRemote, losses.lossHome, losses.contradicted]).toEqual([0, 0, 0, false]);
        }
      }),
    );
  });

  it('finds all of a forged delivery, among whatever honest messages', () => {
    fc.assert(
      fc.property(honest, fc.bigInt({ min: 1n, max: 999n }), fc.constantFrom(...chains), (events, value, to) => {
        const forged = delivered('forged', value, 'base', to);
        for (const kind of ['lock', 'burn'] as const) {
          const start = ledger(kind, {
            locked: kind === 'lock' ? 100_000n : 0n,
            minted: 100_000n,
            totalSupply: 500_000n,
          });
          const found = judged(start, [...events, forged]);
          expect(found.gap).toBe(Number(value));
          const owed = Number(kind === 'lock' ? found.state.minted + found.inFlight : found.state.minted);
          expect(found.lossRemote).toBe(Number(value) / owed);
          expect(found.lossHome).toBe(kind === 'lock' ? Number(value) / 500_000 : found.lossRemote);
          expect(Object.fromEntries(found.deliveries)['forged']).toBe('confirmed');
        }
      }),
    );
  });

  it('gives losses in [0, 1] whatever happens, and says where the supplies are contradicted', () => {
    const anyEvent = fc
      .tuple(
        fc.constantFrom('sent', 'delivered', 'recapitalised', 'acknowledged'),
        fc.constantFrom('a', 'b', 'toString'),
        fc.bigInt({ min: 0n, max: 5000n }),
        fc.constantFrom(...chains),
        fc.constantFrom(...chains),
      )
      .map(
        ([type, guid, value, source, destination]) =>
          ({ type, guid, value, source, destination, time: 500 }) as BackingEvent,
      );
    const head = fc.option(fc.integer({ min: 0, max: 3000 }));
    fc.assert(
      fc.property(
        fc.array(anyEvent, { maxLength: 12 }),
        head,
        head,
        fc.integer({ min: 500, max: 9000 }),
        (events, coveredTime, finalisedTime, now) => {
          for (const kind of ['lock', 'burn'] as const) {
            const found = judged(ledger(kind), events, { coveredTime, finalisedTime }, now);
            for (const loss of [found.lossHome, found.lossRemote]) {
              expect(loss).toBeGreaterThanOrEqual(0);
              expect(loss).toBeLessThanOrEqual(1);
            }
            expect(found.contradicted).toBe(found.state.locked < 0n || found.state.minted < 0n);
          }
        },
      ),
    );
  });

  it.each([
    [
      'a message delivered twice: the second has no send',
      [sent('a', 10n), delivered('a', 10n), delivered('a', 10n)],
      { a: 'matched', 'a#2': 'confirmed' },
      10,
    ],
    ['a send indexed after its delivery', [delivered('a', 10n), sent('a', 10n)], { a: 'cleared' }, 0],
    [
      'a send seen twice: what it burnt counts, the message does not',
      [sent('a', 10n), sent('a', 10n), delivered('a', 10n)],
      { a: 'matched' },
      0,
    ],
    [
      'a nonce gap: the messages between never come',
      [sent('1', 10n), sent('3', 10n), delivered('3', 10n)],
      { 3: 'matched' },
      0,
    ],
    ['more delivered than sent', [sent('a', 10n), delivered('a', 25n)], { a: 'matched' }, 15],
    [
      'a transfer to the same chain',
      [sent('a', 10n, 'uni', 'uni'), delivered('a', 10n, 'uni', 'uni')],
      { a: 'matched' },
      0,
    ],
    ['an acknowledgement of what nobody delivered', [{ type: 'acknowledged', guid: 'a' }], {}, 0],
  ] as const)('%s', (_, events, states, gap) => {
    for (const kind of ['lock', 'burn'] as const) {
      const found = judged(ledger(kind), events);
      expect(Object.fromEntries(found.deliveries)).toEqual(states);
      expect(found.gap).toBe(gap);
    }
  });

  it('refuses a negative value and a time that is none', () => {
    expect(() => evolveBacking(ledger('lock'), sent('a', -1n))).toThrow(InvariantError);
    expect(() => evolveBacking(ledger('lock'), { ...delivered('a', 1n), time: Number.NaN } as BackingEvent)).toThrow(
      InvariantError,
    );
  });
});

describe('the state of an unmatched delivery', () => {
  it('is undetermined for as long as an honest send may not be indexed yet', () => {
    // The send is at least the confirmations old; the clocks of the chains differ by up to the skew.
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5000 }),
        fc.integer({ min: -60, max: 60 }),
        fc.integer({ min: 1, max: 900 }),
        fc.option(fc.integer({ min: 0, max: 9000 })),
        (time, skew, behind, finalisedTime) => {
          const sendTime = time - 10 * 2 + skew;
          const { state } = orphanState(time, time + 100, { coveredTime: sendTime - behind, finalisedTime }, timing);
          expect(state).toBe('undetermined');
        },
      ),
    );
  });

  it('never grows milder as time passes and the source is covered further', () => {
    const rank = ['undetermined', 'suspected', 'confirmed'];
    fc.assert(
      fc.property(
        fc.nat(2000),
        fc.nat(2000),
        fc.nat(500),
        fc.nat(500),
        fc.nat(500),
        (covered, final, moreCovered, moreFinal, moreTime) => {
          const now = 2500;
          const before = orphanState(500, now, { coveredTime: covered, finalisedTime: final }, timing);
          const later = orphanState(
            500,
            now + moreTime,
            { coveredTime: covered, finalisedTime: final + moreFinal },
            timing,
          );
          expect(later.weight).toBeGreaterThanOrEqual(before.weight);
          expect(rank.indexOf(later.state)).toBeGreaterThanOrEqual(rank.indexOf(before.state));
          const further = orphanState(500, now, { coveredTime: covered + moreCovered, finalisedTime: final }, timing);
          expect(rank.indexOf(further.state)).toBeGreaterThanOrEqual(rank.indexOf(before.state));
        },
      ),
    );
  });

  it('is told at once on a lane whose confirmations outlast the skew, and counts in full in time where nobody watches', () => {
    const fromEthereum = { ...timing, confirmations: 15, blockTimeSeconds: 12 };
    expect(orphanState(1000, 1000, { coveredTime: 990, finalisedTime: 100 }, fromEthereum)).toEqual({
      state: 'suspected',
      weight: 1,
    });
    const unwatched = { coveredTime: null, finalisedTime: null };
    expect(orphanState(1000, 1000, unwatched, timing)).toEqual({ state: 'undetermined', weight: 0 });
    expect(orphanState(1000, 1510, unwatched, timing)).toEqual({ state: 'undetermined', weight: 0.5 });
    expect(orphanState(1000, 9000, unwatched, { ...timing, confirmations: null })).toEqual({
      state: 'undetermined',
      weight: 1,
    });
  });
});
