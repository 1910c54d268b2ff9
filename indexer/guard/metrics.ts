import type { SocketStatistics } from './head-sockets.ts';
import type { Upstream } from './upstream.ts';

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

/** What nodes were asked and answered, in the text format of Prometheus. The library is loaded when it is first asked. */
export async function metricsText(
  chainId: number,
  upstreams: readonly Upstream[],
  sockets: readonly SocketStatistics[],
): Promise<string> {
  const { Counter, Gauge, Registry } = await import('prom-client');
  const registry = new Registry();
  const metric = (kind: typeof Counter | typeof Gauge, name: string, help: string, ...labels: readonly string[]) => {
    const made = new kind({ name, help, labelNames: ['chain', 'node', ...labels], registers: [registry] });
    return (node: string, value: number, said: Readonly<Record<string, string>> = {}): void =>
      made.inc({ chain: String(chainId), node, ...said }, value);
  };
  const calls = metric(Counter, 'avsl_rpc_calls_total', 'JSON-RPC calls, per node and method', 'method');
  const callFailures = metric(
    Counter,
    'avsl_rpc_call_failures_total',
    'JSON-RPC calls without a usable answer',
    'method',
  );
  const callSeconds = metric(
    Counter,
    'avsl_rpc_call_seconds_total',
    'time of the HTTP requests that calls were part of, summed over the calls',
    'method',
  );
  const nodeFailures = metric(Counter, 'avsl_rpc_failures_total', 'failures of a node by kind', 'kind');
  const requests = metric(Counter, 'avsl_rpc_requests_total', 'HTTP requests');
  const sent = metric(Counter, 'avsl_rpc_sent_bytes_total', 'bytes of requests');
  const received = metric(Counter, 'avsl_rpc_received_bytes_total', 'bytes of answers, as they came');
  const paused = metric(Gauge, 'avsl_rpc_paused_seconds', 'until the node is asked again');
  for (const { name: node, statistics, pausedMs } of upstreams) {
    for (const [method, counted] of statistics.methods) {
      calls(node, counted.calls, { method });
      callFailures(node, counted.failures, { method });
      callSeconds(node, counted.seconds, { method });
    }
    for (const [kind, count] of statistics.failures) nodeFailures(node, count, { kind });
    requests(node, statistics.requests);
    sent(node, statistics.bytesSent);
    received(node, statistics.bytesReceived);
    paused(node, pausedMs / 1000);
  }
  const heads = metric(Counter, 'avsl_rpc_socket_heads_total', 'new blocks told over WebSocket');
  const open = metric(Gauge, 'avsl_rpc_socket_open', '1 while new blocks are told over WebSocket');
  for (const socket of sockets) {
    heads(socket.name, socket.heads);
    open(socket.name, socket.isOpen ? 1 : 0);
  }
  return registry.metrics();
}
