import type { BackingBalanceDefinition, DomainEvent } from '../../schema/events.ts';
import { Hex } from '../../schema/ids.ts';
import type { StateReadRow } from '../../schema/log-rows.ts';
import { resultOf, uintAt } from './abi-words.ts';
import { peerOf } from './bridge-definitions.ts';
import type { StateRead } from './source.ts';

/** Balances that stand behind what an issuer owes, and supplies that are owed: ERC-20, read at state-read blocks. */
const totalSupplyCall = Hex('0x18160ddd');
const balanceOfSelector = '0x70a08231';

export function backingRead({ holder, token }: Pick<BackingBalanceDefinition, 'holder' | 'token'>): StateRead {
  const calldata = holder === null ? totalSupplyCall : Hex(balanceOfSelector + peerOf(holder).slice(2));
  return { to: token, calldata };
}

export function decodeBackingRead(
  row: StateReadRow,
  { holder, token }: Pick<BackingBalanceDefinition, 'holder' | 'token'>,
): readonly DomainEvent[] {
  const { blockNumber, chainId } = row;
  return [{ type: 'BackingBalanceRead', chainId, blockNumber, token, holder, amount: amountOf(row) }];
}

function amountOf(row: StateReadRow): bigint | null {
  try {
    return uintAt(resultOf(row, 1), 0, 256, 'balance');
  } catch {
    return null;
  }
}
