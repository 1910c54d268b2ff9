import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplayCall, ReplayNodeOptions } from './replay-node.ts';

/** A node behind a door where its answers can be spoilt. */
export interface NodeProxy {
  /** The node behind it. */
  target: string;
  readonly url: string;
  readonly host: string;
  /** Instead of an orderly answer. */
  fault: NonNullable<ReplayNodeOptions['fault']> | null;
  /** Blocks above it are withheld. */
  top: number | null;
  /** Before every answer. */
  latencyMs: number;
  /** When (`performance.now()`) an answer was last spoilt. */
  readonly spoiltAt: number;
  /** Calls by method. */
  readonly calls: Map<string, number>;
  close(): void;
}

export async function startNodeProxy(target: string): Promise<NodeProxy> {
  const state = {
    target,
    fault: null as NodeProxy['fault'],
    top: null as number | null,
    latencyMs: 0,
    spoiltAt: 0,
    calls: new Map<string, number>(),
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as ReplayCall | ReplayCall[];
    const calls = [body].flat();
    for (const { method } of calls) state.calls.set(method, (state.calls.get(method) ?? 0) + 1);
    if (state.latencyMs > 0) await sleep(state.latencyMs);
    const { top } = state;
    const asked = top === null ? body : Array.isArray(body) ? body.map(below(top)) : below(top)(body);
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(state.target, { method: 'POST', headers, body: JSON.stringify(asked) });
    const text = await answer.text();
    response.setHeader('content-type', 'application/json');
    if (state.fault?.(calls, () => text, response)) state.spoiltAt = performance.now();
    else response.end(text);
  };
  const server = createServer((request, response) => void respond(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    url: `http://${host}`,
    host,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

/** The call as a node of an older head would take it. */
function below(top: number): (call: ReplayCall) => ReplayCall {
  return (call) => {
    if (call.method !== 'eth_getBlockByNumber') return call;
    const [tag] = call.params;
    if (tag === 'latest') return { ...call, params: [`0x${top.toString(16)}`, false] };
    return Number(tag) > top ? { ...call, params: ['0xffffffffffff', false] } : call;
  };
}
