import { expect, test } from 'vitest';
import { ChainId, Hex } from '../../schema/ids.ts';
import { bridgedMeaning, holder, tokenAt } from '../../test/synthetic-bridge.ts';
import { syntheticMeaning } from '../../test/synthetic-log.ts';
import { configurationAdopted, createDecoder, stateReadsFor } from './registry.ts';

const base = bridgedMeaning(syntheticMeaning({ assets: 1, stateReadEveryBlocks: 50 }));
const [name, chain] = Object.entries(base.chains).find(([, { chainId }]) => chainId === 42161) as [
  string,
  (typeof base.chains)[string],
];
const reserves = { vault: { owed: ['lrt'], held: [{ token: 'lrt', holder }] } };
const meaning = {
  ...base,
  issuers: { ...base.issuers, vault: { class: 'vault' as const, backing: 'reserves' as const, root: 'USD' } },
  chains: { ...base.chains, [name]: { ...chain, reserves } },
};
const token = tokenAt(42161);
const supplyCall = Hex('0x18160ddd');
const balanceCall = Hex(`0x70a08231${holder.slice(2).padStart(64, '0')}`);

test('balances of chains.json are read, once where a bridge asks the same', () => {
  const calls = (of: Parameters<typeof stateReadsFor>[0]) =>
    stateReadsFor(of).map(({ to, calldata }) => `${to} ${calldata}`);
  const added = calls({ ...chain, reserves }).filter((call) => !calls(chain).includes(call));
  expect(added).toEqual([`${token} ${balanceCall}`]);
});

test('an answer tells everybody who asked; what is no number is none', () => {
  const adopted = configurationAdopted(meaning, '');
  expect(adopted.issuers?.find(({ id }) => id === 'vault')?.balances).toEqual([
    { side: 'held', chainId: 42161, token, holder, decimals: 18 },
    { side: 'owed', chainId: 42161, token, holder: null, decimals: 18 },
  ]);
  const decoder = createDecoder(adopted.feeds, adopted);
  const answered = (calldata: Hex, result: Hex | null) =>
    decoder.decodeStateRead({ chainId: ChainId(42161), blockNumber: 50, to: token, calldata, result });
  const word = Hex(`0x${'7'.padStart(64, '0')}`);
  const read = { type: 'BackingBalanceRead', chainId: 42161, blockNumber: 50, token };
  expect(answered(supplyCall, word)).toEqual([
    expect.objectContaining({ type: 'BridgeSupplyRead', issuer: 'lrt', amount: 7n }),
    { ...read, holder: null, amount: 7n },
  ]);
  for (const [result, amount] of [
    [word, 7n],
    [null, null],
    [Hex('0x'), null],
    [Hex(`${word}00`), null],
  ] as const) {
    expect(answered(balanceCall, result)).toEqual([{ ...read, holder, amount }]);
  }
});
