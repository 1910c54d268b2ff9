import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One line of a query: every list present must hold the log's value. */
export interface GatewayLogRequest {
  readonly address?: readonly string[];
  readonly topic0?: readonly string[];
  readonly topic1?: readonly string[];
  readonly topic2?: readonly string[];
  readonly topic3?: readonly string[];
}

export interface GatewayQuery {
  readonly fromBlock: number;
  readonly toBlock?: number;
  readonly includeAllBlocks?: boolean;
  readonly logs?: readonly GatewayLogRequest[];
}

/** A block as the gateway protocol has it: plain numbers, seconds. */
export interface GatewayBlock {
  readonly header: {
    readonly number: number;
    readonly hash: string;
    readonly parentHash: string;
    readonly timestamp: number;
  };
  readonly logs: readonly GatewayLog[];
}

export interface GatewayLog {
  readonly logIndex: number;
  readonly transactionIndex: number;
  readonly transactionHash: string;
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

export interface GatewaySource {
  /** Newest block served. */
  height(): Promise<number>;
  /** JSON of the matching blocks of [query.fromBlock, toBlock] and, whether it matches or not, of `toBlock`. */
  answer(query: GatewayQuery, toBlock: number): Promise<string | Buffer>;
}

export interface GatewayStub {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves a source by Subsquid's gateway protocol. `chunkBlocks`: how many blocks one answer covers at most. */
export async function startGatewayStub(
  source: GatewaySource,
  chunkBlocks: (query: GatewayQuery) => number,
): Promise<GatewayStub> {
  const server = createServer((request, response) => {
    const end = (status: number, type: string, body: string | Buffer) => {
      response.writeHead(status, { 'content-type': type });
      response.end(body);
    };
    (async () => {
      const path = request.url ?? '/';
      if (path === '/height') return end(200, 'text/plain', String(await source.height()));
      if (path.endsWith('/worker')) return end(200, 'text/plain', `http://${request.headers.host}/query`);
      if (path !== '/query') return end(404, 'text/plain', 'unknown path');
      const query = JSON.parse(await bodyOf(request)) as GatewayQuery;
      const height = await source.height();
      // A real worker that lags says the same, and the client tries again.
      if (query.fromBlock > height) return end(503, 'text/plain', 'block is not there yet');
      const last = Math.min(query.toBlock ?? height, height, query.fromBlock + chunkBlocks(query) - 1);
      end(200, 'application/json', await source.answer(query, last));
    })().catch((error: Error) => end(503, 'text/plain', error.message));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A chunk size between the bounds for every query, the same sequence for the same seed. */
export function randomChunks(seed: number, min: number, max: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return min + (state % (max - min + 1));
  };
}

/** The blocks of a JSON-RPC node, up to `lagBlocks` behind its head. */
export function rpcSource(url: string, lagBlocks = 0): GatewaySource {
  const call = async (calls: readonly [method: string, ...params: unknown[]][]): Promise<unknown[]> => {
    const body = calls.map(([method, ...params], id) => ({ jsonrpc: '2.0', id, method, params }));
    if (body.length === 0) return [];
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answers = (await response.json()) as { id: number; result?: unknown; error?: { message: string } }[];
    return answers
      .sort((a, b) => a.id - b.id)
      .map(({ result, error }) => {
        if (error) throw new Error(error.message);
        return result;
      });
  };
  return {
    height: async () => Number((await call([['eth_blockNumber']]))[0]) - lagBlocks,
    answer: async (query, toBlock) => {
      const range = { fromBlock: quantity(query.fromBlock), toBlock: quantity(toBlock) };
      const requests = query.logs ?? [];
      const found = (await call(
        requests.map(({ address, topic0, topic1, topic2, topic3 }) => [
          'eth_getLogs',
          { ...range, ...(address && { address }), topics: [topic0, topic1, topic2, topic3].map((set) => set ?? null) },
        ]),
      )) as RpcLog[][];
      const logs = new Map(found.flat().map((log) => [`${log.blockNumber}/${log.logIndex}`, log]));
      const numbers = new Set([toBlock, ...[...logs.values()].map((log) => Number(log.blockNumber))]);
      if (query.includeAllBlocks) for (let n = query.fromBlock; n <= toBlock; n++) numbers.add(n);
      const ascending = [...numbers].sort((a, b) => a - b);
      const headers = (await call(
        ascending.map((number) => ['eth_getBlockByNumber', quantity(number), false]),
      )) as RpcHeader[];
      const blocks = headers.map(
        (header): GatewayBlock => ({
          header: {
            number: Number(header.number),
            hash: header.hash,
            parentHash: header.parentHash,
            timestamp: Number(header.timestamp),
          },
          logs: [...logs.values()]
            .filter((log) => log.blockHash === header.hash)
            .map((log) => ({
              logIndex: Number(log.logIndex),
              transactionIndex: Number(log.transactionIndex),
              transactionHash: log.transactionHash,
              address: log.address,
              topics: log.topics,
              data: log.data,
            }))
            .sort((a, b) => a.logIndex - b.logIndex),
        }),
      );
      if (blocks.reduce((sum, block) => sum + block.logs.length, 0) !== logs.size)
        throw new Error('reorg while reading');
      return JSON.stringify(blocks);
    },
  };
}

interface RpcLog extends Omit<GatewayLog, 'logIndex' | 'transactionIndex'> {
  readonly blockNumber: string;
  readonly blockHash: string;
  readonly logIndex: string;
  readonly transactionIndex: string;
}

interface RpcHeader {
  readonly number: string;
  readonly hash: string;
  readonly parentHash: string;
  readonly timestamp: string;
}

/** Blocks 0 to `blocks - 1` made by `block`, which must depend on the number only. All its logs match every query. */
export function generatedSource(blocks: number, block: (number: number) => GatewayBlock): GatewaySource {
  return {
    height: async () => blocks - 1,
    answer: async (query, toBlock) => {
      const found: GatewayBlock[] = [];
      for (let number = query.fromBlock; number <= toBlock; number++) {
        const made = block(number);
        if (made.logs.length > 0 || number === toBlock || query.includeAllBlocks) found.push(made);
      }
      return JSON.stringify(found);
    },
  };
}

function quantity(value: number): string {
  return `0x${value.toString(16)}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
