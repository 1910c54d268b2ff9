import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplayBlock, ReplayLog } from './replay-chain.ts';

export interface ReplayCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface RpcFault {
  readonly code: number;
  readonly message: string;
}

export interface ReplayNodeOptions {
  readonly chainId?: number;
  readonly blocks: Iterable<ReplayBlock>;
  /** Newest block told; default the last. */
  readonly head?: () => number;
  readonly finalised?: () => number;
  /** Before every answer. */
  readonly latencyMs?: number;
  /** Longest range and most logs of one eth_getLogs. */
  readonly blocksMax?: number;
  readonly logsMax?: number;
  /** What every eth_call at a block returns; without it the node has no state. */
  readonly stateAt?: (block: number) => string;
  /** Instead of an orderly answer; null: that. */
  readonly fault?: (calls: readonly ReplayCall[], answer: () => string, response: ServerResponse) => boolean;
}

export interface ReplayNode {
  readonly url: string;
  readonly counts: { requests: number; bytes: number; readonly calls: Map<string, number> };
  close(): void;
}

/** A block whose texts are bytes already: a benchmark measures who asks, not this node. */
interface Kept {
  readonly header: Buffer;
  readonly logs: readonly ReplayLog[];
  /** Where each log begins and ends in `texts`. */
  readonly ends: readonly (readonly [from: number, to: number])[];
}

/** JSON in pieces, which are written one behind the other. */
type Json = readonly Buffer[];

interface LogsParameter {
  readonly fromBlock?: string;
  readonly toBlock?: string;
  readonly blockHash?: string;
  readonly address?: string | readonly string[];
  readonly topics?: readonly (string | readonly string[] | null)[];
}

/** A JSON-RPC node over HTTP that replays a chain kept in memory. */
export async function startReplayNode(options: ReplayNodeOptions): Promise<ReplayNode> {
  const {
    chainId = 1,
    latencyMs = 0,
    blocksMax = Number.MAX_SAFE_INTEGER,
    logsMax = Number.MAX_SAFE_INTEGER,
  } = options;
  const blocks: Kept[] = [];
  const byHash = new Map<string, number>();
  const parts: Buffer[] = [];
  let end = 0;
  for (const { header, logs } of options.blocks) {
    byHash.set(header.hash, blocks.length);
    const ends = logs.map((log) => {
      const text = Buffer.from(`${JSON.stringify(log)},`);
      parts.push(text);
      end += text.length;
      return [end - text.length, end - 1] as const;
    });
    blocks.push({ header: Buffer.from(JSON.stringify(header)), logs, ends });
  }
  /** All logs in order, a comma behind each: what lies side by side is answered as it lies. */
  const texts = Buffer.concat(parts);
  const head = options.head ?? (() => blocks.length - 1);
  const finalised = options.finalised ?? head;
  const counts: ReplayNode['counts'] = { requests: 0, bytes: 0, calls: new Map() };

  const blockOf = (tag: unknown): Json => {
    const number = tag === 'latest' ? head() : tag === 'finalized' ? finalised() : Number(tag);
    return [(number <= head() ? blocks[number]?.header : undefined) ?? json('null')];
  };
  const logsOf = ({ fromBlock, toBlock, blockHash, address, topics }: LogsParameter): Json | RpcFault => {
    const from = blockHash === undefined ? Number(fromBlock) : (byHash.get(blockHash) ?? Number.NaN);
    const to = Math.min(blockHash === undefined ? Number(toBlock) : from, head());
    if (Number.isNaN(from)) return { code: -32000, message: 'unknown block' };
    if (to - from + 1 > blocksMax) return { code: -32602, message: `eth_getLogs is limited to ${blocksMax} blocks` };
    const addresses = address === undefined ? null : new Set([address].flat());
    const sets = (topics ?? []).map((set) => (set === null ? null : new Set([set].flat())));
    const found: [from: number, to: number][] = [];
    let count = 0;
    for (let number = from; number <= to; number++) {
      const { logs, ends } = blocks[number] as Kept;
      for (let i = 0; i < logs.length; i++) {
        const log = logs[i] as ReplayLog;
        if (addresses && !addresses.has(log.address)) continue;
        if (!sets.every((set, at) => set === null || set.has(log.topics[at] as string))) continue;
        count += 1;
        const [start, stop] = ends[i] as readonly [number, number];
        const last = found.at(-1);
        if (last && last[1] === start - 1) last[1] = stop;
        else found.push([start, stop]);
      }
    }
    if (count > logsMax) return { code: -32005, message: `query returned more than ${logsMax} results` };
    return [json('['), ...joined(found.map(([start, stop]) => [texts.subarray(start, stop)])), json(']')];
  };
  const resultOf = ({ method, params }: ReplayCall): Json | RpcFault => {
    if (method === 'eth_chainId') return [json(`"0x${chainId.toString(16)}"`)];
    if (method === 'eth_blockNumber') return [json(`"0x${head().toString(16)}"`)];
    if (method === 'eth_getBlockByNumber') return blockOf(params[0]);
    if (method === 'eth_getBlockByHash') return blockOf(byHash.get(params[0] as string) ?? Number.NaN);
    if (method === 'eth_getLogs') return logsOf(params[0] as LogsParameter);
    if (options.stateAt && method === 'eth_getCode') return [json('"0x"')];
    if (options.stateAt && method === 'eth_call') return [json(`"${options.stateAt(Number(params[1]))}"`)];
    return { code: -32601, message: `the method ${method} does not exist` };
  };
  const answerTo = (call: ReplayCall): Json => {
    const result = resultOf(call);
    const start = `{"jsonrpc":"2.0","id":${JSON.stringify(call.id)},`;
    return 'code' in result
      ? [json(`${start}"error":${JSON.stringify(result)}}`)]
      : [json(`${start}"result":`), ...result, json('}')];
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ReplayCall | ReplayCall[];
    const calls = [body].flat();
    counts.requests += 1;
    for (const { method } of calls) counts.calls.set(method, (counts.calls.get(method) ?? 0) + 1);
    if (latencyMs > 0) await sleep(latencyMs);
    const answer = (): Json => {
      const answers = calls.map(answerTo);
      return Array.isArray(body) ? [json('['), ...joined(answers), json(']')] : (answers[0] as Json);
    };
    response.setHeader('content-type', 'application/json');
    if (options.fault?.(calls, () => Buffer.concat(answer()).toString(), response)) return;
    const pieces = answer();
    const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
    counts.bytes += bytes;
    response.setHeader('content-length', bytes);
    response.cork();
    for (const piece of pieces) response.write(piece);
    response.end();
  };
  const server = createServer((request, response) => void respond(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const json = (text: string): Buffer => Buffer.from(text);

function joined(items: readonly Json[]): Json {
  return items.flatMap((item, i) => (i === 0 ? item : [comma, ...item]));
}

const comma = json(',');
