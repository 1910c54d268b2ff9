import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RpcAnswer } from './json-rpc.ts';

export interface FaultyNode {
  readonly url: string;
  /** Names of the methods called, in order. */
  readonly called: string[];
  close(): void;
}

/** A node that answers every call as `answer` says: what no node here can be brought to do. */
export async function startFaultyNode(
  answer: (method: string, params: readonly unknown[]) => RpcAnswer,
): Promise<FaultyNode> {
  const called: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    const calls = [body].flat() as { id: number; method: string; params?: unknown[] }[];
    called.push(...calls.map(({ method }) => method));
    const answers = calls.map(({ id, method, params = [] }) => ({ jsonrpc: '2.0', id, ...answer(method, params) }));
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    called,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Header of a block as a node tells it. */
export function headerAnswer(number: number): RpcAnswer {
  const hash = `0x${number.toString(16).padStart(64, '0')}`;
  return { result: { number: `0x${number.toString(16)}`, hash, parentHash: hash, timestamp: '0x1' } };
}
