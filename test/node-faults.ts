import type { ServerResponse } from 'node:http';
import type { ReplayCall, ReplayNodeOptions } from './replay-node.ts';

type Answer = { id: unknown; result?: unknown; error?: unknown };
export type Fault = (response: ServerResponse, answer: () => string, calls: readonly ReplayCall[]) => void;

type Change = (answer: Answer, call: ReplayCall) => Answer | null;

/** Changes the answer to each call. */
const changing =
  (change: Change): Fault =>
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

/** The logs of an answer to eth_getLogs, changed. */
const changingLogs =
  (change: (logs: readonly Log[]) => readonly object[]): Change =>
  (answer, { method }) =>
    method === 'eth_getLogs' && Array.isArray(answer.result) ? { ...answer, result: change(answer.result) } : answer;
type Log = { readonly [name: string]: unknown };
const forged = { data: `0x${'66'.repeat(32)}` };

const lies: { readonly [name: string]: Change } = {
  'leaves out every third log': changingLogs((logs) => logs.filter((log) => Number(log['blockNumber']) % 3 !== 0)),
  'leaves out the last log of each block': changingLogs((logs) =>
    logs.filter((log, i) => log['blockNumber'] === logs[i + 1]?.['blockNumber']),
  ),
  'adds a log': changingLogs((logs) => {
    const last = logs.at(-1);
    return last ? [...logs, { ...last, logIndex: `0x${(Number(last['logIndex']) + 1).toString(16)}`, ...forged }] : [];
  }),
  'changes the data of a log': changingLogs((logs) => logs.map((log) => ({ ...log, ...forged }))),
  'changes the transaction of a log': changingLogs((logs) =>
    logs.map((log) => ({ ...log, transactionHash: forged.data })),
  ),
  'changes the data of a log, in receipts too': (answer, { method }) => {
    const forge = (value: Log): Log => {
      if (!Array.isArray(value['logs'])) return 'topics' in value ? { ...value, ...forged } : value;
      return { ...value, logs: value['logs'].map(forge) };
    };
    const { result } = answer;
    if (!/Receipts?$|getLogs$/.test(method) || typeof result !== 'object' || result === null) return answer;
    return { ...answer, result: Array.isArray(result) ? result.map(forge) : forge(result as Log) };
  },
  'leaves out all logs, in the bloom too': (answer, call) => {
    const header = answer.result as object | null;
    if (!call.method.startsWith('eth_getBlockBy') || header === null) return changingLogs(() => [])(answer, call);
    return { ...answer, result: { ...header, logsBloom: `0x${'00'.repeat(256)}` } };
  },
};

/** What it is asked for by one of these methods it does not have. */
const lacking =
  (methods: RegExp): Change =>
  (answer, { method }) =>
    methods.test(method) ? { id: answer.id, error: { code: -32601, message: `${method} does not exist` } } : answer;

/** How nodes tell receipts. */
const receipts: { readonly [name: string]: Change } = {
  'tells no receipts': lacking(/Receipts?$/),
  'tells receipts one by one': lacking(/BlockReceipts$/),
};

/** Lies that hold together as far as one answer shows, and `LIE, HOW RECEIPTS ARE TOLD`. */
const nodeLies: { readonly [name: string]: Fault } = {
  'forges blocks': forging(500),
  'forges blocks from the fifth on': forging(5),
  ...Object.fromEntries([
    ...Object.entries({ ...lies, ...receipts }).map(([name, change]) => [name, changing(change)] as const),
    ...Object.entries(receipts).flatMap(([told, lack]) =>
      Object.entries(lies).map(
        ([lie, change]) =>
          [`${lie}, ${told}`, changing((answer, call) => change(lack(answer, call) as Answer, call))] as const,
      ),
    ),
  ]),
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
