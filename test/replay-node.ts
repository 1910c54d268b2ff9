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
  /** Instead of an orderly answer; null: that. */
  readonly fault?: (calls: readonly ReplayCall[], answer: () => string, response: ServerResponse) => boolean;
}

export interface ReplayNode {
  readonly url: string;
  readonly counts: { requests: number; bytes: number; readonly calls: Map<string, number> };
  close(): void;
}

interface Kept {
  readonly header: string;
  readonly logs: readonly ReplayLog[];
  readonly texts: readonly string[];
}

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
  for (const { header, logs } of options.blocks) {
    byHash.set(header.hash, blocks.length);
    blocks.push({ header: JSON.stringify(header), logs, texts: logs.map((log) => JSON.stringify(log)) });
  }
  const head = options.head ?? (() => blocks.length - 1);
  const finalised = options.finalised ?? head;
  const counts: ReplayNode['counts'] = { requests: 0, bytes: 0, calls: new Map() };

  const blockOf = (tag: unknown): string => {
    const number = tag === 'latest' ? head() : tag === 'finalized' ? finalised() : Number(tag);
    return number <= head() ? (blocks[number]?.header ?? 'null') : 'null';
  };
  const logsOf = ({ fromBlock, toBlock, blockHash, address, topics }: LogsParameter): string | RpcFault => {
    const from = blockHash === undefined ? Number(fromBlock) : (byHash.get(blockHash) ?? Number.NaN);
    const to = Math.min(blockHash === undefined ? Number(toBlock) : from, head());
    if (Number.isNaN(from)) return { code: -32000, message: 'unknown block' };
    if (to - from + 1 > blocksMax) return { code: -32602, message: `eth_getLogs is limited to ${blocksMax} blocks` };
    const addresses = address === undefined ? null : new Set([address].flat());
    const sets = (topics ?? []).map((set) => (set === null ? null : new Set([set].flat())));
    const found: string[] = [];
    for (let number = from; number <= to; number++) {
      const { logs, texts } = blocks[number] as Kept;
      for (let i = 0; i < logs.length; i++) {
        const log = logs[i] as ReplayLog;
        if (addresses && !addresses.has(log.address)) continue;
        if (sets.every((set, at) => set === null || set.has(log.topics[at] as string))) found.push(texts[i] as string);
      }
    }
    if (found.length > logsMax) return { code: -32005, message: `query returned more than ${logsMax} results` };
    return `[${found.join(',')}]`;
  };
  const resultOf = ({ method, params }: ReplayCall): string | RpcFault => {
    if (method === 'eth_chainId') return `"0x${chainId.toString(16)}"`;
    if (method === 'eth_blockNumber') return `"0x${head().toString(16)}"`;
    if (method === 'eth_getBlockByNumber') return blockOf(params[0]);
    if (method === 'eth_getBlockByHash') return blockOf(byHash.get(params[0] as string) ?? Number.NaN);
    if (method === 'eth_getLogs') return logsOf(params[0] as LogsParameter);
    return { code: -32601, message: `the method ${method} does not exist` };
  };
  const answerTo = (call: ReplayCall): string => {
    const result = resultOf(call);
    const rest = typeof result === 'string' ? `"result":${result}` : `"error":${JSON.stringify(result)}`;
    return `{"jsonrpc":"2.0","id":${JSON.stringify(call.id)},${rest}}`;
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ReplayCall | ReplayCall[];
    const calls = [body].flat();
    counts.requests += 1;
    for (const { method } of calls) counts.calls.set(method, (counts.calls.get(method) ?? 0) + 1);
    if (latencyMs > 0) await sleep(latencyMs);
    const answer = (): string => {
      const answers = calls.map(answerTo);
      return Array.isArray(body) ? `[${answers.join(',')}]` : (answers[0] as string);
    };
    response.setHeader('content-type', 'application/json');
    if (options.fault?.(calls, answer, response)) return;
    const text = answer();
    counts.bytes += text.length;
    response.end(text);
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
