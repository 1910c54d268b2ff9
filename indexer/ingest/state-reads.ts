import { FatalError, RetryableError } from '../../schema/errors.ts';
import { type Hash, Hex } from '../../schema/ids.ts';
import type { BlockStateRead } from '../../store/log-digest.ts';
import type { StateRead } from '../sources/source.ts';
import type { BlockHeader, JsonRpc, RpcAnswer, RpcCall } from './json-rpc.ts';

/** The block was reorged away while we read it. The processor fetches the blocks again when it sees the flag. */
export class BlockGoneError extends RetryableError {
  override readonly name = 'BlockGoneError';
  readonly __sqd_data_consistency_error = true;
  constructor(
    readonly block: number,
    readonly found: string | null,
    readonly expected: string,
  ) {
    super(`Block ${block} is ${found ?? 'gone'}, expected ${expected}: a reorg during a state read. Trying again.`);
  }
}

export class StateUnavailableError extends FatalError {
  override readonly name = 'StateUnavailableError';
  constructor(
    readonly block: number,
    readonly problem: string,
  ) {
    super(
      `The RPC node has no state for block ${block} (${problem}). Use an archive node, or set startBlock to a block ` +
        'whose state it keeps.',
    );
  }
}

export class StateReadFailedError extends RetryableError {
  override readonly name = 'StateReadFailedError';
  constructor(
    readonly block: number,
    readonly to: string,
    readonly problem: string,
  ) {
    super(`eth_call to ${to} at block ${block} failed: ${problem}. Trying again.`);
  }
}

export interface ReadBlock {
  readonly header: BlockHeader;
  readonly stateReads: readonly BlockStateRead[];
}

const callsPerRequest = 100;
const requestsInFlight = 4;

/** Numbers in [from, to] at which state is read: the start block and every multiple of `everyBlocks`. */
export function stateReadBlocks(from: number, to: number, startBlock: number, everyBlocks: number): number[] {
  const numbers: number[] = [];
  if (from <= startBlock && startBlock <= to) numbers.push(startBlock);
  for (let number = Math.ceil(from / everyBlocks) * everyBlocks; number <= to; number += everyBlocks) {
    if (number > startBlock) numbers.push(number);
  }
  return numbers;
}

/**
 * Calls every read at every block, then asks for the blocks' hashes: equal to `expected` where that is known, the
 * answers belong to that very block.
 * @param reads sorted by (to, calldata)
 */
export async function readState(
  rpc: JsonRpc,
  reads: readonly StateRead[],
  numbers: readonly number[],
  expected: ReadonlyMap<number, Hash>,
): Promise<Map<number, ReadBlock>> {
  const calls = numbers.flatMap((number) => reads.map((read) => ({ number, read })));
  const results = await inRequests(calls, async (piece) => {
    const answers = await rpc.batch(
      piece.map(
        ({ number, read }): RpcCall => ({
          method: 'eth_call',
          params: [{ to: read.to, data: read.calldata }, `0x${number.toString(16)}`],
        }),
      ),
    );
    return piece.map(({ number, read }, i): BlockStateRead => {
      const answer = answers[i] as RpcAnswer;
      return { to: read.to, calldata: read.calldata, result: resultOf(number, read, answer) };
    });
  });
  const headers = await inRequests(numbers, (piece) => rpc.headers(piece));
  return new Map(
    numbers.map((number, i) => {
      const header = headers[i];
      const hash = expected.get(number);
      if (!header || (hash !== undefined && header.hash !== hash)) {
        throw new BlockGoneError(number, header?.hash ?? null, hash ?? 'a block');
      }
      return [number, { header, stateReads: results.slice(i * reads.length, (i + 1) * reads.length) }];
    }),
  );
}

/** Null for a revert and where there is no code; everything else the node refuses is no answer of the chain. */
function resultOf(number: number, read: StateRead, answer: RpcAnswer): Hex | null {
  if ('result' in answer) {
    if (typeof answer.result !== 'string')
      throw new StateReadFailedError(number, read.to, 'the answer is no hex string');
    return answer.result === '0x' ? null : Hex(answer.result);
  }
  const { code, message } = answer.error;
  if (
    code === 3 ||
    /revert|invalid opcode|out of gas|stack (under|over)flow|invalid jump|vm execution/i.test(message)
  ) {
    return null;
  }
  if (/missing trie node|pruned|historical state|state .*not available|archive/i.test(message)) {
    throw new StateUnavailableError(number, message);
  }
  throw new StateReadFailedError(number, read.to, message);
}

async function inRequests<T, R>(
  items: readonly T[],
  send: (piece: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const pieces: (readonly T[])[] = [];
  for (let i = 0; i < items.length; i += callsPerRequest) pieces.push(items.slice(i, i + callsPerRequest));
  const answers: (readonly R[])[] = [];
  for (let i = 0; i < pieces.length; i += requestsInFlight) {
    answers.push(...(await Promise.all(pieces.slice(i, i + requestsInFlight).map(send))));
  }
  return answers.flat();
}
