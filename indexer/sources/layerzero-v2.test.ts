import fc from 'fast-check';
import { toEventSelector, toFunctionSelector } from 'viem';
import { describe, expect, it, test } from 'vitest';
import type { BridgeEvent, DomainEvent } from '../../schema/events.ts';
import { ChainId, Hash, Hex } from '../../schema/ids.ts';
import type { LogRow } from '../../schema/log-rows.ts';
import {
  adapter,
  bridgedMeaning,
  bytes32,
  type Emitted,
  emitted,
  endpoint,
  executor,
  holder,
  keccak,
  layerZeroAbi,
  memberAt,
  message,
  receiveLibrary,
  sendLibrary,
  tokenAt,
  verifier,
} from '../../test/synthetic-bridge.ts';
import { syntheticMeaning } from '../../test/synthetic-log.ts';
import { layerZeroV2 } from './layerzero-v2.ts';
import { configurationAdopted, createDecoder, filtersFor, stateReadsFor } from './registry.ts';

const meaning = bridgedMeaning(syntheticMeaning({ assets: 1, stateReadEveryBlocks: 50 }));
const adopted = configurationAdopted(meaning, '');
const decoder = createDecoder(adopted.feeds, adopted);
const transactionHash = Hash(`0x${'7'.repeat(64)}`);

const rowOf = (log: Emitted, chain = 1): LogRow => ({
  ...{ chainId: ChainId(chain), blockNumber: 9, logIndex: 0, transactionHash },
  ...log,
});
const said = (log: Emitted, chain = 1): readonly DomainEvent[] => decoder.decodeLog(rowOf(log, chain));
const one = (log: Emitted, chain = 1) => said(log, chain)[0] as BridgeEvent;

const out = message(1, 42161, 3, 25_000_000n);
const lane = {
  issuer: 'lrt',
  guid: out.guid,
  sourceId: 101,
  destinationId: 102,
  sender: bytes32(adapter),
  receiver: bytes32(memberAt(42161)),
  nonce: 3n,
};
const origin = { srcEid: 101, sender: bytes32(adapter), nonce: 3n };
const receiver = memberAt(42161);
const [, packet, debit] = out.send() as [Emitted, Emitted, Emitted];
const config = {
  confirmations: 15n,
  requiredDVNCount: 1,
  optionalDVNCount: 2,
  optionalDVNThreshold: 1,
  requiredDVNs: [verifier],
  optionalDVNs: [executor, holder],
};
const uln = (over: object = {}) =>
  emitted(receiveLibrary, 'UlnConfigSet', { oapp: adapter, eid: 102, config: { ...config, ...over } });

/** Every kind of event, each with what it says; chain 42161 unless it says another. */
const cases: readonly (readonly [name: string, log: Emitted, event: object, chain?: number])[] = [
  [
    'PacketSent',
    packet,
    {
      type: 'BridgeMessageSent',
      ...lane,
      amountShared: 25_000_000n,
      recipient: bytes32(holder),
      payloadHash: out.payloadHash,
    },
    1,
  ],
  ['OFTSent', debit, { type: 'BridgeTokensDebited', guid: out.guid, account: holder, amountSent: 25n * 10n ** 18n }, 1],
  ['PayloadVerified', out.verify()[0]!, { type: 'BridgeMessageAttested', ...lane, verifier, confirmations: 15 }],
  ['PacketVerified', out.verify()[1]!, { type: 'BridgeMessageVerified', ...lane, payloadHash: out.payloadHash }],
  ['PacketDelivered', out.deliver()[2]!, { type: 'BridgeMessageDelivered', ...lane }],
  ['OFTReceived', out.deliver()[1]!, { type: 'BridgeTokensCredited', guid: out.guid, sourceId: 101, account: holder }],
  ['a mint', out.deliver()[0]!, { type: 'BridgeSupplyMoved', change: 25n * 10n ** 18n }],
  [
    'a payment out of escrow',
    emitted(tokenAt(1), 'Transfer', { from: adapter, to: holder, value: 5n }),
    { type: 'BridgeSupplyMoved', change: -5n },
    1,
  ],
  ['LzReceiveAlert', out.alert()[0]!, { type: 'BridgeMessageAlerted', ...lane, executor, reason: '0xc26bebcc' }],
  [
    'PacketNilified',
    emitted(endpoint, 'PacketNilified', {
      srcEid: 101,
      sender: origin.sender,
      receiver,
      nonce: 3n,
      payloadHash: out.guid,
    }),
    { type: 'BridgeMessageRefused', ...lane, how: 'nilified' },
  ],
  [
    'PacketBurnt',
    emitted(endpoint, 'PacketBurnt', {
      srcEid: 101,
      sender: origin.sender,
      receiver,
      nonce: 3n,
      payloadHash: out.guid,
    }),
    { type: 'BridgeMessageRefused', ...lane, how: 'burnt' },
  ],
  [
    'InboundNonceSkipped',
    emitted(endpoint, 'InboundNonceSkipped', { srcEid: 101, sender: origin.sender, receiver, nonce: 3n }),
    { type: 'BridgeMessageRefused', ...lane, how: 'skipped' },
  ],
  [
    'ComposeSent',
    emitted(endpoint, 'ComposeSent', { from: receiver, to: holder, guid: out.guid, index: 0, message: '0x01' }),
    { type: 'BridgeMessageComposed', guid: out.guid, stage: 'sent' },
  ],
  [
    'ComposeDelivered',
    emitted(endpoint, 'ComposeDelivered', { from: receiver, to: holder, guid: out.guid, index: 0 }),
    { type: 'BridgeMessageComposed', guid: out.guid, stage: 'delivered' },
  ],
  [
    'LzComposeAlert',
    emitted(endpoint, 'LzComposeAlert', {
      ...{ from: receiver, to: holder, executor, guid: out.guid, index: 0, gas: 1n, value: 0n },
      ...{ message: '0x', extraData: '0x', reason: '0x' },
    }),
    { type: 'BridgeMessageComposed', guid: out.guid, stage: 'alerted' },
  ],
  [
    'PeerSet',
    emitted(adapter, 'PeerSet', { eid: 111, peer: bytes32(holder) }),
    { type: 'BridgePeerSet', networkId: 111, peer: bytes32(holder), fromState: false },
    1,
  ],
  [
    'UlnConfigSet',
    uln(),
    {
      type: 'BridgeVerificationSet',
      ...{ issuer: 'lrt', sourceId: 102, scope: 'own', confirmations: 15, required: [verifier] },
      optional: { verifiers: [executor, holder], threshold: 1 },
    },
    1,
  ],
  [
    'DefaultUlnConfigsSet',
    emitted(receiveLibrary, 'DefaultUlnConfigsSet', { params: [{ eid: 102, config }] }),
    { type: 'BridgeVerificationSet', issuer: null, sourceId: 102, confirmations: 15 },
    1,
  ],
  [
    'ExecutorConfigSet',
    emitted(sendLibrary, 'ExecutorConfigSet', { oapp: adapter, eid: 102, config: { maxMessageSize: 9, executor } }),
    { type: 'BridgeExecutorSet', issuer: 'lrt', destinationId: 102, executor },
    1,
  ],
  [
    'DefaultExecutorConfigsSet',
    emitted(sendLibrary, 'DefaultExecutorConfigsSet', {
      params: [{ eid: 102, config: { maxMessageSize: 9, executor } }],
    }),
    { type: 'BridgeExecutorSet', issuer: null, destinationId: 102, executor },
    1,
  ],
];

const all = cases.map(([name, log, event, chain = 42161]) => ({ name, log, event, chain }));

describe('layerzero-v2', () => {
  it.each(all)('$name is one event', ({ chain, event, log }) => {
    expect(said(log, chain)).toEqual([expect.objectContaining(event)]);
  });

  it.each(all)('$name with data cut short, with more of it or another topic is not understood', ({ chain, log }) => {
    const refusal = [expect.objectContaining({ type: 'BridgeNotUnderstood', blockNumber: 9, fromState: false })];
    const data = log.data === '0x' ? [] : [Hex(log.data.slice(0, -2)), Hex(log.data.slice(0, -64))];
    for (const short of data) expect(said({ ...log, data: short }, chain)).toEqual(refusal);
    expect(said({ ...log, data: Hex(`${log.data}${'0'.repeat(64)}`) }, chain)).toEqual(refusal);
    expect(said({ ...log, topics: [...log.topics, transactionHash] }, chain)).toEqual(refusal);
  });

  test('topics and selectors are those of the contracts', () => {
    expect([...layerZeroV2.topics].sort()).toEqual(layerZeroAbi.map((event) => toEventSelector(event)).sort());
    const selectors = [
      'totalSupply()',
      'balanceOf(address)',
      'peers(uint32)',
      'outboundNonce(address,uint32,bytes32)',
      'getUlnConfig(address,uint32)',
    ].map((signature) => toFunctionSelector(signature));
    const asked = stateReadsFor(meaning.chains['ethereum']!).map(({ calldata }) => calldata.slice(0, 10));
    expect([...new Set(asked)].sort()).toEqual(selectors.sort());
  });

  test('what strangers emit or send is nothing', () => {
    const stranger = `0x${'99'.repeat(20)}` as typeof holder;
    expect(said({ ...packet, address: stranger })).toEqual([]);
    expect(said({ ...out.deliver()[1]!, address: stranger }, 42161)).toEqual([]);
    expect(said(emitted(endpoint, 'PacketDelivered', { origin, receiver: stranger }), 42161)).toEqual([]);
    expect(
      said(emitted(endpoint, 'ComposeSent', { from: stranger, to: holder, guid: out.guid, index: 0, message: '0x' })),
    ).toEqual([]);
    const alert = {
      receiver,
      executor: stranger,
      origin,
      guid: out.guid,
      gas: 1n,
      value: 0n,
      message: '0x',
      extraData: '0x',
      reason: '0x',
    };
    expect(said(emitted(endpoint, 'LzReceiveAlert', alert), 42161)).toEqual([]);
    const packetOf = (encodedPayload: string) =>
      emitted(endpoint, 'PacketSent', { encodedPayload, options: '0x', sendLibrary });
    // Of another version, or too short: as long as it is not ours.
    for (const foreign of ['0x', `0x02${'00'.repeat(200)}`]) expect(said(packetOf(foreign))).toEqual([]);
    expect(
      said(
        emitted(receiveLibrary, 'PayloadVerified', {
          dvn: stranger,
          header: '0x12',
          confirmations: 1n,
          proofHash: out.guid,
        }),
      ),
    ).toEqual([]);
  });

  test('a transfer of tokens to where they were, or between strangers, moves nothing', () => {
    const transfer = (from: string, to: string) => said(emitted(tokenAt(1), 'Transfer', { from, to, value: 9n }));
    expect([transfer(adapter, adapter), transfer(holder, holder), transfer(holder, adapter)]).toEqual([[], [], []]);
    const nobody = `0x${'0'.repeat(40)}`;
    expect(said(emitted(tokenAt(42161), 'Transfer', { from: nobody, to: nobody, value: 9n }), 42161)).toEqual([]);
  });

  const encoded = out.header + out.guid.slice(2) + bytes32(holder).slice(2) + '0'.repeat(16);
  it.each([
    ['of another version', encoded.replace(/^0x01/, '0x02'), /packet version 1/],
    [
      'of another source',
      message(1, 42161, 3, 1n).header.replace(/^(0x01.{16}).{8}/, '$100000066') + out.guid.slice(2) + '00'.repeat(40),
      /source 101/,
    ],
    ['whose GUID is not that of its header', out.header + keccak('00').slice(2) + '00'.repeat(40), /GUID 0x/],
    ['without an amount', out.header + out.guid.slice(2) + '00'.repeat(39), /40 bytes/],
    ['cut off in its header', out.header, /113 bytes/],
  ])('a packet of ours %s is not understood', (_, encodedPayload, expected) => {
    const log = emitted(endpoint, 'PacketSent', { encodedPayload, options: '0x', sendLibrary });
    expect(said(log)).toEqual([
      expect.objectContaining({ type: 'BridgeNotUnderstood', expected: expect.stringMatching(expected) }),
    ]);
  });

  test('settings of an application follow the default where they are 0, and mean none where they say so', () => {
    expect(
      one(
        uln({
          confirmations: 0n,
          requiredDVNCount: 0,
          requiredDVNs: [],
          optionalDVNCount: 255,
          optionalDVNThreshold: 0,
          optionalDVNs: [],
        }),
      ),
    ).toMatchObject({
      ...{ confirmations: null, required: null },
      optional: { verifiers: [], threshold: 0 },
    });
    expect(one(uln({ confirmations: 2n ** 64n - 1n }))).toMatchObject({ confirmations: 0 });
    expect(one(uln({ requiredDVNCount: 2 }))).toMatchObject({ type: 'BridgeNotUnderstood', issuer: 'lrt' });
  });

  test('state reads: supplies, peers, nonces and what is in force; what is not there yet has sent and holds nothing', () => {
    const chain = meaning.chains['ethereum']!;
    const read = (selector: string, result: string | null) =>
      stateReadsFor(chain)
        .filter(({ calldata }) => calldata.startsWith(selector))
        .flatMap(({ to, calldata }) =>
          decoder.decodeStateRead({
            chainId: ChainId(1),
            blockNumber: 50,
            to,
            calldata,
            result: result === null ? null : Hex(result),
          }),
        );
    const word = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}`;
    expect(read('0x70a08231', word(7n))).toMatchObject([{ type: 'BridgeSupplyRead', what: 'held', amount: 7n }]);
    expect(read('0x18160ddd', null)).toMatchObject([{ type: 'BridgeSupplyRead', what: 'supply', amount: null }]);
    expect(read('0x9c6d7340', null)).toMatchObject(
      [101, 102, 103]
        .slice(1)
        .concat(111)
        .map((id) => ({ destinationId: id, nonce: 0n }))
        .sort((a, b) => a.destinationId - b.destinationId),
    );
    expect(read('0xbb0b6a53', word(0n)).map((event) => (event as { peer: unknown }).peer)).toEqual([null, null, null]);
    expect(read('0x43ea4fa9', null)).toEqual([]);
    expect(read('0x70a08231', '0x12')).toMatchObject([{ type: 'BridgeNotUnderstood', fromState: true }]);
  });

  test('no bytes of any event make anything but events', () => {
    const bytes = fc.uint8Array({ maxLength: 400 }).map((array) => Hex(`0x${Buffer.from(array).toString('hex')}`));
    fc.assert(
      fc.property(fc.constantFrom(...cases), bytes, fc.nat(3), ([, log, , chain = 42161], data, extra) => {
        const topics = log.topics.slice(0, 1 + extra);
        const events = said({ ...log, topics, data }, chain);
        for (const event of events) expect(event.type).toMatch(/^Bridge/);
      }),
      { numRuns: 300 },
    );
  });

  test('what is asked for needs no more than the contracts of the bridge and the tokens', () => {
    const addresses = filtersFor(meaning.chains['ethereum']!).flatMap((filter) => filter.addresses ?? []);
    expect([...new Set(addresses)].sort()).toEqual([adapter, tokenAt(1), endpoint, sendLibrary, receiveLibrary].sort());
  });
});
