import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { BridgeEvent } from '../../schema/events.ts';
import { BridgeId } from '../../schema/ids.ts';
import { type BackingLedger, backingLosses, evolveBacking } from '../contagion/backing.ts';
import {
  account,
  BridgeStory,
  chainOf,
  contractAt,
  finalitySeconds,
  guidOf,
  issuer,
  messageEvent,
  type Network,
  nameOf,
  networks,
  payloadOf,
  speeds,
  type Transfer,
} from './bridge-story.fixture.ts';
import { claimOf, issuerLosses, taintedAccounts } from './issuer-losses.ts';
import { lifecycleOf } from './lifecycle.ts';

const back = { n: 1, from: 102, to: 101, value: 100n } as const;
const out = { n: 2, from: 101, to: 102, value: 50n } as const;

describe('an honest family', () => {
  it('keeps L = M + F while tokens go out and come back', () => {
    const story = new BridgeStory().begin().closeThrough(10);
    const sums: unknown[] = [];
    const see = () => {
      const { inFlight, locked, lossHome, lossRemote, minted, status } = story.status;
      sums.push([locked, minted, inFlight, lossRemote, lossHome, status]);
    };
    see();
    story.send(20, out).closeThrough(20);
    see();
    story.send(30, back).deliver(40, out).closeThrough(40);
    see();
    story.deliver(50, back).closeThrough(50);
    see();
    expect(sums).toEqual([
      ['2000', '2000', '0', 0, 0, 'ok'],
      ['2050', '2000', '50', 0, 0, 'ok'],
      ['2050', '1950', '100', 0, 0, 'ok'],
      ['1950', '1950', '0', 0, 0, 'ok'],
    ]);
    expect([story.message(1)?.judged, story.message(2)?.judged]).toEqual(['matched', 'matched']);
  });

  it('lets settled messages go after two hours, and keeps what is under way', () => {
    const story = new BridgeStory().begin().send(20, out).deliver(30, out).send(40, back);
    story.closeThrough(100);
    expect(story.message(2)?.deliveredAt).toBe(30);
    story
      .at(7300, 101)
      .at(7310, 101, ...story.sendEvents({ ...out, n: 3 }))
      .closeThrough(7310);
    expect([story.message(2), story.message(1)?.sent, story.status.inFlight]).toEqual([undefined, '100', '150']);
  });

  it.each([
    [undefined, 'sent'],
    ['verified', 'verified'],
    ['alerted', 'alerted'],
    ['nilified', 'nilified'],
    ['burnt', 'burnt'],
    ['skipped', 'skipped'],
    ['stuck', 'stuck'],
    ['delivered', 'delivered'],
    ['composed', 'composed'],
  ] as const)(
    'a message that was %s last is %s, and its value stays in flight until it is delivered',
    (last, state) => {
      const story = new BridgeStory().begin().send(20, back);
      const said = messageEvent(back, 101);
      if (last !== undefined && last !== 'stuck') {
        story.at(30, 101, { type: 'BridgeMessageVerified', ...said, payloadHash: payloadOf(1) });
      }
      if (last === 'alerted') {
        story.at(40, 101, { type: 'BridgeMessageAlerted', ...said, executor: account, reason: '0xc26bebcc' });
      }
      if (last === 'nilified' || last === 'burnt' || last === 'skipped') {
        story.at(40, 101, { type: 'BridgeMessageRefused', ...said, how: last });
      }
      if (last === 'delivered' || last === 'composed') story.deliver(40, back);
      if (last === 'composed') {
        const { chainId, guid } = said;
        for (const stage of ['sent', 'delivered'] as const) {
          story.at(50, 101, { type: 'BridgeMessageComposed', issuer, chainId, blockNumber: 0, guid, stage });
        }
      }
      story.closeThrough(60);
      const now = last === 'stuck' ? 20 + 1800 : 60;
      expect(lifecycleOf(story.message(1)!, now)).toBe(state);
      const delivered = state === 'delivered' || state === 'composed';
      expect(story.status).toMatchObject({ inFlight: delivered ? '0' : '100', status: 'ok', lossRemote: 0 });
    },
  );

  it('a nilified message is verified anew, a burnt one stays burnt', () => {
    const story = new BridgeStory()
      .begin()
      .send(20, back)
      .send(21, { ...back, n: 5 });
    for (const [n, time, how] of [
      [1, 30, 'nilified'],
      [5, 50, 'burnt'],
    ] as const) {
      const said = messageEvent({ ...back, n }, 101);
      story.at(time, 101, { type: 'BridgeMessageRefused', ...said, how });
      story.at(time + 10, 101, { type: 'BridgeMessageVerified', ...said, payloadHash: payloadOf(1) });
    }
    expect([1, 5].map((n) => lifecycleOf(story.message(n)!, 70))).toEqual(['verified', 'burnt']);
  });
});

describe('a delivery without a send', () => {
  const forged = (from: Network): Transfer => ({ n: 66, from, to: from === 101 ? 102 : 101, value: 500n, nonce: 1 });

  it('counts in the very second of the delivery on a lane whose confirmations outlast the skew', () => {
    const story = new BridgeStory().begin().deliver(1003, forged(101)).closeThrough(1009);
    expect(story.frames.at(-1)?.time).toBe(1003);
    expect(story.status).toMatchObject({
      status: 'ok',
      gap: 500,
      lossRemote: 500 / 2500,
      lossHome: 500 / 9000,
      orphans: [{ guid: guidOf(66), state: 'suspected', weight: 1, value: '500', account, chainId: 2 }],
    });
    expect(taintedAccounts(story.fold.state)).toEqual([
      { chainId: 2, account, token: contractAt(102), issuer, weight: 1, guid: guidOf(66), value: '500' },
    ]);
  });

  it.each([102, 103] as const)(
    'is undetermined on the lane from %s until the skew less its confirmations is over',
    (from) => {
      const story = new BridgeStory().begin().deliver(1000, forged(from)).closeThrough(1000);
      const wait = 60 - speeds[from].blockSeconds * speeds[from].confirmations;
      expect(story.status).toMatchObject({ status: 'degraded', reasons: ['undetermined'], gap: 0, undetermined: 500 });
      expect(taintedAccounts(story.fold.state)).toEqual([]);
      story.closeThrough(1000 + wait - 10);
      expect(story.status.orphans[0]?.state).toBe('undetermined');
      story.closeThrough(Math.ceil((1000 + wait) / 10) * 10);
      expect(story.status).toMatchObject({ status: 'ok', gap: 500, lossRemote: 500 / 2000, undetermined: 0 });
      expect(story.status.orphans[0]).toMatchObject({ state: 'suspected', weight: 1 });
      story.closeThrough(1000 + 60 + finalitySeconds);
      expect(story.status.orphans[0]).toMatchObject({ state: 'confirmed', weight: 1 });
    },
  );

  it('is cleared when its send turns up, and stands again in nothing', () => {
    const transfer = forged(102);
    const story = new BridgeStory().begin().deliver(1000, transfer).closeThrough(1000);
    story.send(1001, transfer).closeThrough(1010);
    expect(story.message(66)?.judged).toBe('cleared');
    expect(story.status).toMatchObject({
      status: 'ok',
      gap: 0,
      inFlight: '0',
      locked: '1500',
      minted: '1500',
      orphans: [],
    });
  });

  it('is not cleared by the next send, which has its GUID and another payload: that one is stuck', () => {
    const transfer = { ...forged(101), value: 500n };
    const story = new BridgeStory().begin();
    story.at(990, 102, { type: 'BridgeMessageVerified', ...messageEvent(transfer, 102), payloadHash: payloadOf(1) });
    story
      .deliver(1000, transfer)
      .send(1100, { ...transfer, value: 40n })
      .closeThrough(1110);
    expect(story.status).toMatchObject({
      gap: 500,
      inFlight: '40',
      locked: '2040',
      minted: '2500',
      orphans: [{ guid: guidOf(66), state: 'suspected', value: '500' }],
    });
    story.closeThrough(4000);
    expect(lifecycleOf(story.message(66)!, 4000)).toBe('stuck');
    // What its verifiers vouch for can come once the contract lets it.
    story.at(4001, 102, { type: 'BridgeMessageVerified', ...messageEvent(transfer, 102), payloadHash: payloadOf(66) });
    story.deliver(4002, { ...transfer, value: 40n }).closeThrough(4010);
    expect(story.status).toMatchObject({ gap: 500, inFlight: '0', orphans: [{ state: 'confirmed' }] });
  });

  it('of a burn family costs every chain its share of the supply', () => {
    const story = new BridgeStory('burn').begin().deliver(1000, forged(101)).closeThrough(1000);
    expect(story.status).toMatchObject({ gap: 500, lossRemote: 500 / 3500, lossHome: 500 / 3500, locked: '0' });
  });

  it('waits for a source that is covered less far, and says what it would say then once it is', () => {
    const lagging = (time: number) => new Map([[1, { coveredTime: time, finalisedTime: time - 200 }]]);
    const story = new BridgeStory().begin();
    story.heads = lagging(700);
    story.deliver(1000, forged(101)).closeThrough(1000);
    const limited = story.frames.at(-1)!;
    expect(limited.limited).toBe(true);
    expect(story.status).toMatchObject({ gap: 100, reasons: ['undetermined'] });
    expect(story.status.orphans[0]).toMatchObject({ state: 'undetermined', weight: (1000 - 700 - 120) / 900 });
    story.fold.state.undo(limited);
    story.heads = null;
    story.deliver(1000, forged(101)).closeThrough(1000);
    expect(story.frames.at(-1)?.limited).toBe(false);
    expect(story.status.orphans[0]).toMatchObject({ state: 'suspected', weight: 1 });
  });

  it('an honest message of a lagging source is never more than undetermined', () => {
    const transfer = { ...forged(102), value: 100n };
    const story = new BridgeStory().begin();
    story.heads = new Map([[2, { coveredTime: 900, finalisedTime: 700 }]]);
    story.deliver(1000, transfer).closeThrough(1000);
    const [orphan] = story.status.orphans;
    expect(orphan).toMatchObject({ state: 'undetermined', weight: 0 });
    expect([story.status.lossRemote, taintedAccounts(story.fold.state)]).toEqual([0, []]);
  });

  it('of an excluded source comes to count as that stays away, and is judged when it returns', () => {
    const story = new BridgeStory('lock', { ageingSeconds: 100 }).begin().closeThrough(900);
    const membership = (type: 'ChainExcluded' | 'ChainReturned') =>
      ({
        type,
        chainId: chainOf(102),
        atStep: 0,
        ...(type === 'ChainExcluded' ? { lastBlock: 5 } : { throughBlock: 9 }),
      }) as never;
    story.at(901, 101, membership('ChainExcluded')).deliver(1000, forged(102)).closeThrough(1000);
    expect(story.status.reasons).toEqual(['chain-excluded:2', 'undetermined']);
    story.closeThrough(1500);
    expect(story.status.orphans[0]).toMatchObject({ state: 'undetermined', weight: (1500 - 900 - 120) / 900 });
    const before = story.status.lossRemote;
    story.closeThrough(2500);
    expect(story.status.orphans[0]?.weight).toBe(1);
    expect(story.status.lossRemote).toBeGreaterThan(before);
    story
      .at(2600, 101, membership('ChainReturned'))
      .at(2600, 102, ...story.sendEvents(forged(102)))
      .closeThrough(2700);
    expect(story.status).toMatchObject({ status: 'ok', gap: 0, lossRemote: 0, orphans: [] });
  });
});

describe('what bridges should not say', () => {
  it('a message delivered twice: the second delivery is an orphan, however late it comes', () => {
    const story = new BridgeStory().begin().send(20, out).deliver(30, out).deliver(1040, out).closeThrough(1050);
    expect(story.status).toMatchObject({ gap: 50, orphans: [{ guid: guidOf(2), delivery: 2, value: '50' }] });
    const late = new BridgeStory('lock', { ageingSeconds: 1000 })
      .begin()
      .send(20, out)
      .deliver(30, out)
      .at(9000, 101)
      .closeThrough(9000);
    expect(late.message(2)).toBe(undefined);
    late.deliver(9001, out).closeThrough(9010);
    expect(late.status).toMatchObject({ gap: 50, orphans: [{ guid: guidOf(2), delivery: 1, state: 'suspected' }] });
  });

  it('a delivery of more than was sent: what is too much is missing', () => {
    const story = new BridgeStory()
      .begin()
      .send(20, out)
      .deliver(30, { ...out, value: 80n })
      .closeThrough(40);
    expect(story.status).toMatchObject({ gap: 30, orphans: [], inFlight: '0' });
    const burn = new BridgeStory('burn')
      .begin()
      .send(20, out)
      .deliver(30, { ...out, value: 80n })
      .at(9000, 101);
    burn.closeThrough(9000);
    expect([burn.status.gap, burn.message(2)?.sent]).toEqual([30, '50']);
  });

  it('a delivery that pays nobody: what was sent stays in flight', () => {
    const story = new BridgeStory().begin().send(20, out);
    story.at(30, 102, { type: 'BridgeMessageDelivered', ...messageEvent(out, 102, 30) }).closeThrough(30);
    expect(story.status).toMatchObject({ status: 'ok', inFlight: '50', gap: 0, lossRemote: 0 });
  });

  it('events in another order than the protocol has them: the same ledger', () => {
    const story = new BridgeStory().begin();
    const [moved, credited, delivered] = story.deliverEvents(out, 30) as [BridgeEvent, BridgeEvent, BridgeEvent];
    story.send(20, out).at(30, 102, delivered, credited, moved).closeThrough(40);
    expect(story.status).toMatchObject({ inFlight: '0', locked: '2050', minted: '2050', status: 'ok' });
  });

  it('a nonce gap: sends are missing, so that a delivery without one says nothing', () => {
    const story = new BridgeStory()
      .begin()
      .send(20, { ...out, nonce: 1 })
      .send(30, { ...out, n: 3, nonce: 3 });
    story.deliver(1000, { ...out, n: 4, nonce: 2 }).closeThrough(1000);
    expect(story.lane(101, 102)?.nonceGap).toBe(true);
    expect(story.status.reasons).toEqual(['nonce-gap:101>102', 'undetermined']);
    expect(story.status.orphans[0]?.state).toBe('undetermined');
  });

  it('sends before indexing began: the count of the source vouches for them, for its own contract only', () => {
    const early = { ...out, n: 7, nonce: 3 };
    const story = new BridgeStory().begin(1000n, 5).deliver(1000, early).closeThrough(1000);
    expect([story.message(7)?.judged, story.status.orphans]).toEqual(['cleared', []]);
    const stranger = { ...messageEvent({ ...out, n: 8, nonce: 3 }, 102, 1100), sender: nameOf(account) };
    story.at(1100, 102, { type: 'BridgeMessageDelivered', ...stranger }).closeThrough(1100);
    expect(story.status.orphans.map(({ guid, state }) => [guid, state])).toEqual([[guidOf(8), 'suspected']]);
  });

  it('a delivery before the first count of the source: judged once it is there', () => {
    const story = new BridgeStory();
    story
      .deliver(5, { ...out, n: 7, nonce: 5 })
      .deliver(6, { ...out, n: 8, nonce: 6 })
      .closeThrough(10);
    expect(story.status.orphans.map(({ state }) => state)).toEqual(['undetermined', 'undetermined']);
    const read = { issuer, chainId: chainOf(101), blockNumber: 9, receiver: nameOf(contractAt(102)) };
    story.at(11, 101, { type: 'BridgeNonceRead', ...read, destinationId: 102, nonce: 5n }).closeThrough(20);
    expect([7, 8].map((n) => story.message(n)?.judged)).toEqual(['cleared', 'undetermined']);
  });

  it('a network that nobody watches: its sends come to count in full, what goes there stays in flight', () => {
    const story = new BridgeStory('lock', { ageingSeconds: 100 }).begin();
    const stranger = { n: 9, from: 104 as Network, to: 102, value: 10n };
    story.send(20, { n: 10, from: 101, to: 104, value: 70n }).deliver(1000, stranger).closeThrough(1000);
    expect(story.lane(104, 102)).toMatchObject({ source: null, destination: 2 });
    expect(story.status).toMatchObject({ inFlight: '70', reasons: ['undetermined'] });
    story.closeThrough(2100);
    expect(story.status.orphans[0]).toMatchObject({ state: 'undetermined', weight: 1 });
  });

  it('a corridor without peers is a lane with nobody at its ends', () => {
    const story = new BridgeStory().begin();
    const base = { type: 'BridgePeerSet', issuer, chainId: chainOf(101), blockNumber: 2, fromState: false } as const;
    story.at(20, 101, { ...base, networkId: 102, peer: null }, { ...base, networkId: 105, peer: null });
    expect([story.lane(101, 102)?.peerAtSource, story.lane(102, 101)?.peerAtDestination, story.lane(101, 105)]).toEqual(
      ['none', 'none', undefined],
    );
  });

  it('more paid out than there was: the backing is unknown', () => {
    const story = new BridgeStory()
      .begin()
      .deliver(1000, { n: 6, from: 102, to: 101, value: 9999n })
      .closeThrough(1000);
    expect(story.status.reasons).toContain('contradicted');
    expect(story.status.status).toBe('degraded');
  });

  it('a supply that is no longer readable, a row that does not decode: unknown, rising from what was known', () => {
    const story = new BridgeStory('lock', { ageingSeconds: 100 }).begin();
    const read = { type: 'BridgeSupplyRead', issuer, chainId: chainOf(102), blockNumber: 9, what: 'supply' } as const;
    story.at(1000, 102, { ...read, amount: null }).closeThrough(1000);
    expect(story.status).toMatchObject({ status: 'degraded', reasons: ['failed:2'], lossRemote: 0 });
    story.closeThrough(87_400);
    expect(story.status.lossRemote).toBeCloseTo(0.25 * (1 - Math.exp(-1)), 12);
    story.at(87_500, 102, { ...read, amount: 1000n }).closeThrough(87_500);
    expect(story.status).toMatchObject({ status: 'ok', lossRemote: 0 });
    story.at(87_600, 102, {
      type: 'BridgeNotUnderstood',
      bridge: BridgeId('chain-102/test'),
      chainId: chainOf(102),
      issuer: null,
      blockNumber: 10,
      expected: 'a packet',
      found: 'none',
      fromState: false,
    });
    story.at(87_700, 102, { ...read, amount: 1000n }).closeThrough(87_700);
    expect(story.status.reasons).toEqual(['failed:2']);
  });

  it('is not judged before anything was read: a backing never verified is lost by a quarter', () => {
    const story = new BridgeStory();
    expect(issuerLosses(story.fold.state)).toMatchObject([
      { issuer, lossRemote: 0.25, lossHome: 0.25, status: 'degraded' },
    ]);
  });
});

test('a bridged token is a claim on the remote or the home side of its family', () => {
  const definitions = issuerLosses(new BridgeStory().fold.state).map(({ definition }) => definition);
  expect(networks.map((network) => claimOf(definitions, chainOf(network), contractAt(network))?.side)).toEqual([
    'home',
    'remote',
    'remote',
  ]);
  expect(claimOf(definitions, 1, contractAt(102))).toBe(undefined);
});

describe('verification of a lane', () => {
  const set = (over: object): BridgeEvent =>
    ({
      type: 'BridgeVerificationSet',
      chainId: chainOf(102),
      bridge: BridgeId('chain-102/test'),
      issuer: null,
      blockNumber: 1,
      sourceId: 101,
      scope: 'own',
      confirmations: 15,
      required: [contractAt(1)],
      optional: { verifiers: [], threshold: 0 },
      ...over,
    }) as BridgeEvent;

  it('follows the default in the parts that are not its own', () => {
    const story = new BridgeStory().at(5, 102, set({}));
    expect(story.lane(101, 102)?.verification).toMatchObject({ confirmations: 15, required: [contractAt(1)] });
    story.at(6, 102, set({ issuer, confirmations: null, required: [contractAt(2), contractAt(3)], optional: null }));
    expect(story.lane(101, 102)?.verification).toMatchObject({
      confirmations: 15,
      required: [contractAt(2), contractAt(3)],
    });
    story.at(7, 102, set({ confirmations: 64 }));
    expect(story.lane(101, 102)?.verification).toMatchObject({
      confirmations: 64,
      required: [contractAt(2), contractAt(3)],
    });
  });

  it('what was read in force stands over a default, since its own setting may be older than the index', () => {
    const story = new BridgeStory()
      .at(5, 102, set({ issuer, scope: 'in-force', confirmations: 20 }))
      .at(6, 102, set({}));
    expect(story.lane(101, 102)?.verification?.confirmations).toBe(20);
  });
});

const transferOf = fc.record({
  value: fc.bigInt({ min: 0n, max: 300n }),
  from: fc.constantFrom(...networks),
  hop: fc.constantFrom(1, 2),
  at: fc.integer({ min: 2, max: 400 }),
  later: fc.integer({ min: 0, max: 400 }),
  arrives: fc.boolean(),
});
type Told = {
  readonly time: number;
  readonly network: number;
  readonly transfer: Transfer;
  readonly kind: 'send' | 'deliver';
};

function history(list: readonly (typeof transferOf extends fc.Arbitrary<infer T> ? T : never)[]): Told[] {
  return list
    .flatMap(({ arrives, at, from, hop, later, value }, i): Told[] => {
      const to = networks[(networks.indexOf(from) + hop) % 3] as Network;
      const transfer = { n: i + 1, from, to, value };
      const send: Told = { time: at, network: from, transfer, kind: 'send' };
      return arrives ? [send, { time: at + later, network: to, transfer, kind: 'deliver' }] : [send];
    })
    .sort((a, b) => a.time - b.time || a.network - b.network || (a.kind < b.kind ? 1 : -1));
}

const tell = (story: BridgeStory, { kind, time, transfer }: Told): BridgeStory =>
  kind === 'send' ? story.send(time, transfer) : story.deliver(time, transfer);

describe('properties', () => {
  it('L = M + F and no loss at every closing of every honest history, at home and by message', () => {
    fc.assert(
      fc.property(
        fc.array(transferOf, { maxLength: 15 }),
        fc.constantFrom('lock' as const, 'burn' as const),
        (list, kind) => {
          const story = new BridgeStory(kind).begin(100_000n);
          for (const one of history(list)) {
            tell(story, one);
            const { inFlight, locked, lossHome, lossRemote, minted } = story.status;
            if (locked === null || minted === null) continue;
            const total = kind === 'lock' ? BigInt(locked) : 300_000n;
            // A delivery that the clocks put before its send waits for it.
            if (story.status.orphans.length === 0) expect(BigInt(minted) + BigInt(inFlight)).toBe(total);
            expect([lossRemote, lossHome]).toEqual([0, 0]);
          }
          story.closeThrough(2000);
          expect(story.status).toMatchObject({ status: 'ok', gap: 0, orphans: [] });
        },
      ),
      { numRuns: 15 },
    );
  });

  it('says what the plain ledger says of histories with forged, doubled and lost messages', () => {
    const spoiled = fc.array(fc.tuple(transferOf, fc.constantFrom('honest', 'forged', 'twice', 'more')), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(spoiled, fc.constantFrom('lock' as const, 'burn' as const), (list, kind) => {
        const story = new BridgeStory(kind).begin(100_000n);
        let plain: BackingLedger = {
          kind,
          home: '101',
          locked: kind === 'lock' ? 200_000n : 0n,
          minted: kind === 'lock' ? 200_000n : 300_000n,
          totalSupply: kind === 'lock' ? 9000n : 300_000n,
          messages: {},
        };
        const events = history(list.map(([one, spoil]) => (spoil === 'forged' ? { ...one, arrives: true } : one)));
        for (const one of events) {
          const spoil = list[one.transfer.n - 1]![1];
          if (spoil === 'forged' && one.kind === 'send') continue;
          const told =
            spoil === 'more' && one.kind === 'deliver' ? { ...one, transfer: { ...one.transfer, value: 301n } } : one;
          for (let times = spoil === 'twice' && one.kind === 'deliver' ? 2 : 1; times > 0; times--) {
            const { n, from, to, value } = told.transfer;
            // Deliveries of one message in two transactions.
            tell(story, told);
            plain = evolveBacking(plain, {
              type: told.kind === 'send' ? 'sent' : 'delivered',
              guid: guidOf(n),
              source: `${from}>${to}`,
              destination: String(to),
              value,
              time: told.time,
              ...(told.kind === 'send' ? { source: String(from) } : {}),
            } as never);
          }
        }
        const now = 1000;
        story.closeThrough(now);
        const ends = plain;
        const losses = backingLosses(
          { ...ends, totalSupply: kind === 'burn' ? ends.minted : ends.totalSupply },
          now,
          () => ({ coveredTime: now, finalisedTime: now - finalitySeconds }),
          () => ({ confirmations: 0, blockTimeSeconds: 1, skewSeconds: 60, lagSecondsMax: 120 }),
        );
        const { status } = story;
        expect([status.locked, status.minted, status.inFlight, status.gap, status.lossRemote, status.lossHome]).toEqual(
          [
            String(ends.locked),
            String(ends.minted),
            String(losses.inFlight),
            losses.gap,
            losses.lossRemote,
            losses.lossHome,
          ],
        );
      }),
      { numRuns: 15 },
    );
  });

  it('does not depend on which chain is told first of one second', () => {
    fc.assert(
      fc.property(
        fc.array(transferOf, { maxLength: 10 }),
        fc.array(fc.nat(100), { minLength: 20, maxLength: 20 }),
        (list, draws) => {
          const ends = [history(list), history(list)].map((events, turn) => {
            const story = new BridgeStory().begin(100_000n);
            const shuffled =
              turn === 0
                ? events
                : events
                    .map((one, i) => [one, draws[i % 20]!] as const)
                    .sort(
                      ([a, x], [b, y]) => a.time - b.time || (a.network === b.network ? a.network - b.network : x - y),
                    )
                    .map(([one]) => one);
            for (const one of shuffled) tell(story, one);
            story.closeThrough(1000);
            const { gap, inFlight, locked, minted } = story.status;
            return { gap, inFlight, locked, minted };
          });
          expect(ends[1]).toEqual(ends[0]);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('undone frame by frame, the state is what it was', () => {
    const story = new BridgeStory().begin();
    const before = story.frames.length;
    const images = () =>
      ['issuer', 'bridgeLane', 'bridgeMessage', 'bridgeSupply', 'bridgeSettled'].map((table) =>
        story.fold.state.keys(table).map((key) => [key, story.fold.state.get(table, key)]),
      );
    story.closeThrough(10);
    const frames = story.frames.length;
    const first = images();
    story.send(20, out).deliver(30, out).deliver(40, { n: 66, from: 102, to: 101, value: 5n }).closeThrough(8000);
    expect(images()).not.toEqual(first);
    for (let i = story.frames.length - 1; i >= frames; i--) story.fold.state.undo(story.frames[i]!);
    expect(images()).toEqual(first);
    expect(before).toBeLessThan(frames);
  });
});
