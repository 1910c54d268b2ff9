import type { Upstream } from './upstream.ts';

const names: readonly (readonly [name: string, type: 'counter' | 'gauge', help: string])[] = [
  ['avsl_rpc_calls_total', 'counter', 'JSON-RPC calls, per node and method'],
  ['avsl_rpc_call_failures_total', 'counter', 'JSON-RPC calls without a usable answer'],
  [
    'avsl_rpc_call_seconds_total',
    'counter',
    'time of the HTTP requests that calls were part of, summed over the calls',
  ],
  ['avsl_rpc_failures_total', 'counter', 'failures of a node by kind'],
  ['avsl_rpc_requests_total', 'counter', 'HTTP requests'],
  ['avsl_rpc_sent_bytes_total', 'counter', 'bytes of requests'],
  ['avsl_rpc_received_bytes_total', 'counter', 'bytes of answers, as they came'],
  ['avsl_rpc_paused_seconds', 'gauge', 'until the node is asked again'],
];

/** What the guard tells of one node. */
export interface NodeStatistics {
  readonly name: string;
  readonly calls: number;
  readonly failures: Readonly<Record<string, number>>;
  /** Mean time of an answer, milliseconds; null before the first. */
  readonly meanMs: number | null;
  readonly state: 'asked' | 'paused' | 'behind' | 'distrusted';
}

export function statisticsOf(upstreams: readonly Upstream[]): readonly NodeStatistics[] {
  return upstreams.map(({ name, statistics, pausedMs, isBehind, isQuarantined }) => {
    const methods = [...statistics.methods.values()];
    const calls = methods.reduce((sum, method) => sum + method.calls, 0);
    const seconds = methods.reduce((sum, method) => sum + method.seconds, 0);
    return {
      name,
      calls,
      failures: Object.fromEntries(statistics.failures),
      meanMs: calls === 0 ? null : (seconds * 1000) / calls,
      state: isQuarantined ? 'distrusted' : isBehind ? 'behind' : pausedMs > 0 ? 'paused' : 'asked',
    };
  });
}

/** What nodes were asked and answered, in the text format of Prometheus. */
export function metricsText(chainId: number, upstreams: readonly Upstream[]): string {
  const lines = new Map<string, string[]>(names.map(([name]) => [name, []]));
  for (const { name: node, statistics, pausedMs } of upstreams) {
    const add = (name: string, value: number, labels: Readonly<Record<string, string>> = {}): void => {
      const all = Object.entries({ chain: String(chainId), node, ...labels });
      const text = all.map(([label, said]) => `${label}=${JSON.stringify(said)}`).join();
      lines.get(name)?.push(`${name}{${text}} ${value}`);
    };
    for (const [method, { calls, failures, seconds }] of statistics.methods) {
      add('avsl_rpc_calls_total', calls, { method });
      add('avsl_rpc_call_failures_total', failures, { method });
      add('avsl_rpc_call_seconds_total', seconds, { method });
    }
    for (const [kind, count] of statistics.failures) add('avsl_rpc_failures_total', count, { kind });
    add('avsl_rpc_requests_total', statistics.requests);
    add('avsl_rpc_sent_bytes_total', statistics.bytesSent);
    add('avsl_rpc_received_bytes_total', statistics.bytesReceived);
    add('avsl_rpc_paused_seconds', pausedMs / 1000);
  }
  return names
    .flatMap(([name, type, help]) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...(lines.get(name) ?? [])])
    .join('\n')
    .concat('\n');
}
