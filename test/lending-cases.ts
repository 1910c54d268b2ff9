import { type Address, toEventSelector } from 'viem';
import { tokenAbi } from '../devnet/aave-contracts.ts';
import type { LogRow } from '../schema/log-rows.ts';
import type { LendingChain } from './lending-chain.ts';

const topics = {
  mint: toEventSelector('Mint(address,address,uint256,uint256,uint256)'),
  burn: toEventSelector('Burn(address,address,uint256,uint256,uint256)'),
  transfer: toEventSelector('BalanceTransfer(address,address,uint256,uint256)'),
  withdraw: toEventSelector('Withdraw(address,address,address,uint256)'),
  repay: toEventSelector('Repay(address,address,address,uint256,bool)'),
  liquidation: toEventSelector('LiquidationCall(address,address,address,uint256,uint256,address,bool)'),
} as const;

export const lendingCases = [
  'liquidation for supply tokens',
  'liquidation for the underlying',
  'repayment below accrued interest',
  'transfer of everything',
  'transfer of everything to self',
  'transfer to self',
  'treasury mint',
  'withdrawal below accrued interest',
] as const;
type LendingCase = (typeof lendingCases)[number];

/** Counts what the contracts' own logs show to have happened, block by block. */
export class LendingCases {
  readonly #treasury: string;
  #logs: LogRow[] = [];
  readonly counts = new Map<LendingCase, number>();

  constructor(treasury: Address) {
    this.#treasury = treasury.toLowerCase();
  }

  take(logs: readonly LogRow[]): void {
    this.#logs.push(...logs);
  }

  /** Judges the logs taken since the last call, all of the newest block. */
  async judge(chain: LendingChain): Promise<void> {
    const logs = this.#logs;
    this.#logs = [];
    const found = (one: LendingCase) => this.counts.set(one, (this.counts.get(one) ?? 0) + 1);
    const isDebt = ({ address }: LogRow) => chain.reserves().some(({ debtToken }) => debtToken === address);
    const accountOf = (log: LogRow, i: number) => `0x${(log.topics[i] as string).slice(-40)}` as Address;
    for (const log of logs) {
      const beside = (topic: string) =>
        logs.some(({ transactionHash, topics: [first] }) => transactionHash === log.transactionHash && first === topic);
      switch (log.topics[0]) {
        case topics.liquidation:
          found(
            BigInt(`0x${log.data.slice(-64)}`) === 1n
              ? 'liquidation for supply tokens'
              : 'liquidation for the underlying',
          );
          break;
        // Where more interest had accrued than is burnt, the tokens report a mint of the difference.
        case topics.mint:
          if (accountOf(log, 2) === this.#treasury) found('treasury mint');
          else if (beside(topics.withdraw)) found('withdrawal below accrued interest');
          else if (isDebt(log) && beside(topics.repay)) found('repayment below accrued interest');
          break;
        case topics.transfer: {
          const [from, to] = [accountOf(log, 1), accountOf(log, 2)];
          if (beside(topics.liquidation) || BigInt(log.data.slice(0, 66)) === 0n) break;
          const isLast = !logs.some(
            (other) =>
              other.address === log.address &&
              other.logIndex > log.logIndex &&
              other.topics.slice(1).some((topic) => topic === log.topics[1]),
          );
          if (from === to) found('transfer to self');
          if (!isLast) break;
          const scaled = await chain.call<bigint>(log.address as `0x${string}`, tokenAbi, 'scaledBalanceOf', [from]);
          if (from !== to && scaled === 0n) found('transfer of everything');
          if (from === to && scaled === BigInt(log.data.slice(0, 66))) found('transfer of everything to self');
        }
      }
    }
  }
}
