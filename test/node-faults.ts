import type { ServerResponse } from 'node:http';
import type { ReplayCall, ReplayNodeOptions } from './replay-node.ts';

type Answer = { id: unknown; result?: unknown; error?: unknown };
export type Fault = (response: ServerResponse, answer: () => string, calls: readonly ReplayCall[]) => void;

/** Changes the answer to each call. */
const changing =
  (change: (answer: Answer, call: ReplayCall) => Answer | null): Fault =>
  (response, answer, calls) => {
    const parsed = JSON.parse(answer()) as Answer | Answer[];
    const byId = new Map(calls.map((call) => [call.id, call]));
    const changed = [parsed].flat().map((one) => change(one, byId.get(one.id as number) as ReplayCall));
    response.end(JSON.stringify(Array.isArray(parsed) ? changed.filter((one) => one !== null) : changed[0]));
  };
const status =
  (code: number, body = '', headers: Record<string, string> = {}): Fault =>
  (response) =>
    response.writeHead(code, headers).end(body);
const error = (code: number, message: string): Fault => changing(({ id }) => ({ id, error: { code, message } }));

/** What nodes do. Each keeps to the letter of HTTP but where the name says otherwise. */
export const nodeFaults: { readonly [name: string]: Fault } = {
  'HTTP 500': status(500, 'internal error'),
  'HTTP 502 with HTML': status(502, '<html><h1>Bad Gateway</h1></html>', { 'content-type': 'text/html' }),
  'HTTP 503': status(503),
  'HTTP 429': status(429, 'slow down', { 'retry-after': '0.05' }),
  'HTTP 403': status(403, '{"error":"forbidden"}'),
  'HTML with 200': status(200, '<!doctype html><title>Maintenance</title>', { 'content-type': 'text/html' }),
  'empty 200': status(200),
  'truncated JSON': (response, answer) => response.end(answer().slice(0, -7)),
  'connection cut': (response, answer) => {
    const text = answer();
    response.writeHead(200, { 'content-length': text.length }).write(text.slice(0, text.length / 2));
    setTimeout(() => response.destroy(), 5);
  },
  'connection reset': (response) => response.destroy(),
  'no answer': () => {},
  'not a list': status(200, '{"jsonrpc":"2.0"}'),
  'wrong ids': changing((answer) => ({ ...answer, id: 4711 })),
  'one answer missing': changing((answer, call) => (call.id === 1 ? null : answer)),
  'no result': changing(({ id }) => ({ id })),
  'result of a wrong type': changing(({ id }) => ({ id, result: 42 })),
  'wrong types within': changing((answer) => {
    const spoil = (value: object): object => ({ ...value, number: 7, blockNumber: null, hash: '0x12' });
    const { result } = answer;
    if (Array.isArray(result)) return { ...answer, result: result.map(spoil) };
    return typeof result === 'object' && result !== null ? { ...answer, result: spoil(result) } : answer;
  }),
  'Too many requests': error(-32005, 'Too many requests'),
  'limit exceeded': error(-32005, 'limit exceeded'),
  'internal error': error(-32603, 'Internal error'),
  'header not found': error(-32000, 'header not found'),
  'too many results': error(-32005, 'query returned more than 500 results'),
  'null blocks': changing((answer, { method }) =>
    method.startsWith('eth_getBlock') ? { ...answer, result: null } : answer,
  ),
  'other hash': changing((answer) => {
    const header = answer.result as { hash?: string } | null;
    return header?.hash ? { ...answer, result: { ...header, hash: `0x${'ab'.repeat(32)}` } } : answer;
  }),
  'half of the logs': changing((answer) => {
    if (!Array.isArray(answer.result)) return answer;
    return { ...answer, result: answer.result.filter((_, i) => i % 2 === 0) };
  }),
  'no logs': changing((answer) => (Array.isArray(answer.result) ? { ...answer, result: [] } : answer)),
};

/** Lies that hold together as far as one answer shows. */
export const nodeLies: { readonly [name: string]: Fault } = {
  'leaves out every third log': changing((answer) => {
    if (!Array.isArray(answer.result)) return answer;
    return { ...answer, result: answer.result.filter((log) => Number(log.blockNumber) % 3 !== 0) };
  }),
  'adds a log': changing((answer) => {
    const last = Array.isArray(answer.result) ? answer.result.at(-1) : undefined;
    if (last === undefined) return answer;
    const forged = { ...last, logIndex: `0x${(Number(last.logIndex) + 1).toString(16)}`, data: `0x${'66'.repeat(32)}` };
    return { ...answer, result: [...(answer.result as unknown[]), forged] };
  }),
  'changes the data of a log': changing((answer) => {
    if (!Array.isArray(answer.result)) return answer;
    return { ...answer, result: answer.result.map((log) => ({ ...log, data: `0x${'66'.repeat(32)}` })) };
  }),
  'forges blocks': forging(500),
  'forges blocks from the fifth on': forging(5),
};

/** A chain of its own from a block on, whose parents connect. */
function forging(first: number): Fault {
  return changing((answer) => {
    const forgedHash = (hash: string): string => `0xf00d${hash.slice(6)}`;
    const forge = <T extends Record<string, unknown>>(value: T): T => {
      const number = Number(value['number'] ?? value['blockNumber']);
      const name = 'number' in value ? 'hash' : 'blockHash';
      const spoilt = number >= first ? { ...value, [name]: forgedHash(value[name] as string) } : value;
      const parentHash = value['parentHash'];
      return number > first && typeof parentHash === 'string'
        ? { ...spoilt, parentHash: forgedHash(parentHash) }
        : spoilt;
    };
    const { result } = answer;
    if (Array.isArray(result)) return { ...answer, result: result.map(forge) };
    return typeof result === 'object' && result !== null ? { ...answer, result: forge(result as never) } : answer;
  });
}

/** Whether the request `i` (0, 1, ...) of a method fails. */
export type FaultPlan = (i: number, method: string) => boolean;

/** The fault for those requests that the plan names: counted per method, a request counts for the first of its calls. */
export function faulty(name: string, plan: FaultPlan): NonNullable<ReplayNodeOptions['fault']> {
  const fault = (nodeFaults[name] ?? nodeLies[name]) as Fault;
  const counts = new Map<string, number>();
  return (calls, answer, response) => {
    const method = calls[0]?.method ?? '';
    const i = counts.get(method) ?? 0;
    counts.set(method, i + 1);
    if (!plan(i, method)) return false;
    fault(response, answer, calls);
    return true;
  };
}
