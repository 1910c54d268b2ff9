import { FatalError, RetryableError } from '../../schema/errors.ts';
import { type Hash, Hex } from '../../schema/ids.ts';
import type { BlockStateRead } from '../../store/log-digest.ts';
import type { StateRead } from '../sources/source.ts';
import type { BlockHeader, JsonRpc, RpcAnswer, RpcCall } from './json-rpc.ts';
import { decodeMulticall, encodeMulticall, multicallAddress } from './multicall.ts';

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
      `No RPC node has the state of block ${block} (${problem}). Use an archive node, or set startBlock to a block ` +
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
const multicallsPerRequest = 10;
/** Nodes of chains that had no Multicall3 where it was last asked. */
const withoutMulticall = new WeakSet<JsonRpc>();

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
 * answers belong to that very block. Not so where the head was read and grew meanwhile: a node may have answered from
 * the block it was just adding (Anvil does), so the head is asked again once it has a successor.
 * @param reads sorted by (to, calldata)
 */
export async function readState(
  rpc: JsonRpc,
  reads: readonly StateRead[],
  numbers: readonly number[],
  expected: ReadonlyMap<number, Hash>,
): Promise<Map<number, ReadBlock>> {
  const last = Math.max(...numbers);
  let head = await headOf(rpc);
  let results = await callEach(rpc, reads, numbers);
  while (head <= last) {
    const grown = await headOf(rpc);
    if (grown <= head) break;
    head = grown;
    results = await callEach(rpc, reads, numbers);
  }
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

/** Every read at every block, in this order: by one call a block where Multicall3 is there, and singly where it says nothing. */
async function callEach(
  rpc: JsonRpc,
  reads: readonly StateRead[],
  numbers: readonly number[],
): Promise<readonly BlockStateRead[]> {
  const found = await callTogether(rpc, reads, numbers);
  const calls = numbers.flatMap((number) => reads.map((read) => ({ number, read })));
  const open = calls.filter((_, i) => found[i] === undefined);
  const single = await inRequests(open, (piece) => callAll(rpc, piece));
  let next = 0;
  return calls.map(({ read }, i) => {
    const result = found[i];
    return result === undefined ? (single[next++] as BlockStateRead) : { to: read.to, calldata: read.calldata, result };
  });
}

/** Undefined where it says nothing. */
async function callTogether(
  rpc: JsonRpc,
  reads: readonly StateRead[],
  numbers: readonly number[],
): Promise<readonly (Hex | null | undefined)[]> {
  if (reads.length < 2 || withoutMulticall.has(rpc)) return [];
  const pieces = numbers.flatMap((number) => {
    const parts: { number: number; reads: readonly StateRead[] }[] = [];
    for (let i = 0; i < reads.length; i += callsPerRequest) {
      parts.push({ number, reads: reads.slice(i, i + callsPerRequest) });
    }
    return parts;
  });
  const calls = pieces.map((piece) =>
    toRpcCall({ number: piece.number, read: { to: multicallAddress, calldata: encodeMulticall(piece.reads) } }),
  );
  const answers: RpcAnswer[] = [];
  for (let i = 0; i < calls.length; i += multicallsPerRequest) {
    // What fails here is asked again singly, and says there what is wrong.
    const part = calls.slice(i, i + multicallsPerRequest);
    const refused = { error: { code: 0, message: 'no answer' } };
    answers.push(...(await rpc.batch(part).catch((): RpcAnswer[] => part.map(() => refused))));
  }
  if (answers.every((answer) => 'result' in answer && answer.result === '0x')) withoutMulticall.add(rpc);
  return answers.flatMap((answer, i) => {
    const { length } = (pieces[i] as (typeof pieces)[number]).reads;
    const verdict = verdictOf(answer);
    const results = 'result' in verdict && verdict.result !== null ? decodeMulticall(verdict.result, length) : null;
    return results ?? new Array<undefined>(length).fill(undefined);
  });
}

async function headOf(rpc: JsonRpc): Promise<number> {
  const [latest] = await rpc.headers(['latest']);
  return latest?.number ?? -1;
}

interface StateCall {
  readonly number: number;
  readonly read: StateRead;
}

interface Refusal {
  readonly problem: string;
  readonly lacksState: boolean;
}

/** Asks the endpoints in turn for what is still open. A refusal is no answer of the chain, so it is never stored. */
async function callAll(rpc: JsonRpc, calls: readonly StateCall[]): Promise<BlockStateRead[]> {
  const done = new Map<StateCall, BlockStateRead>();
  const refusals = new Map<string, ReadonlyMap<StateCall, Refusal>>();
  let failure: unknown;
  for await (const url of rpc.endpoints()) {
    const open = calls.filter((call) => !done.has(call));
    const refused = new Map<StateCall, Refusal>();
    try {
      const answers = await rpc.ask(url, open.map(toRpcCall));
      open.forEach((call, i) => {
        const verdict = verdictOf(answers[i] as RpcAnswer);
        if ('problem' in verdict) refused.set(call, verdict);
        else done.set(call, { to: call.read.to, calldata: call.read.calldata, result: verdict.result });
      });
    } catch (error) {
      failure = error;
    }
    refusals.set(url, refused);
    if (done.size === calls.length) break;
  }
  const results: BlockStateRead[] = [];
  for (const call of calls) {
    const read = done.get(call);
    const said = rpc.urls.flatMap((url) => refusals.get(url)?.get(call) ?? []);
    if (read === undefined) throw said.length === 0 ? failure : await errorOf(rpc, call, said);
    results.push(read);
  }
  return results;
}

/** Only where every endpoint lacks the state of a finalised block will waiting not help. */
async function errorOf(rpc: JsonRpc, { number, read }: StateCall, said: readonly Refusal[]): Promise<Error> {
  const problem = said.map((refusal) => refusal.problem).join('; ');
  if (said.length === rpc.urls.length && said.every((refusal) => refusal.lacksState)) {
    const [finalised] = await rpc.headers(['finalized']);
    if (finalised && number <= finalised.number) return new StateUnavailableError(number, problem);
  }
  return new StateReadFailedError(number, read.to, problem);
}

function toRpcCall({ number, read }: StateCall): RpcCall {
  return { method: 'eth_call', params: [{ to: read.to, data: read.calldata }, `0x${number.toString(16)}`] };
}

/** Null for a revert and where there is no code; everything else the node refuses is no answer of the chain. */
function verdictOf(answer: RpcAnswer): { readonly result: Hex | null } | Refusal {
  if ('result' in answer) {
    const { result } = answer;
    if (typeof result !== 'string' || !/^0x([0-9a-f]{2})*$/i.test(result)) {
      return { problem: `the answer ${JSON.stringify(result)?.slice(0, 100)} is no hex string`, lacksState: false };
    }
    return { result: result === '0x' ? null : Hex(result) };
  }
  const { code, message } = answer.error;
  if (code === 3 || /revert/i.test(message)) return { result: null };
  return {
    problem: message,
    lacksState: /missing trie node|pruned|historical state|state .*not available|archive/i.test(message),
  };
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
