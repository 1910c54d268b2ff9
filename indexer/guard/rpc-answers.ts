import { isLogsBloom, type LogsBloom } from './logs-bloom.ts';
import type { Upstream } from './upstream.ts';

/** A log as the guard hands it on: lower-case hex, plain numbers. */
export interface RpcLog {
  readonly blockNumber: number;
  readonly blockHash: string;
  readonly logIndex: number;
  readonly transactionIndex: number;
  readonly transactionHash: string;
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

export interface RpcHeader {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Seconds. */
  readonly timestamp: number;
  readonly logsBloom: LogsBloom;
}

const lowerHex = /^0x[0-9a-f]*$/;
const anyHex = /^0x[0-9a-f]*$/i;

/** Takes the parsed answer over. @throws {UpstreamFailure} unless it is a list of complete logs. */
export function parseLogs(upstream: Upstream, result: unknown): RpcLog[] {
  if (!Array.isArray(result)) throw upstream.fail('unavailable', `its logs are ${typeOf(result)}, no list`);
  return result.map((log: Record<string, unknown>) => {
    if (typeof log !== 'object' || log === null) throw upstream.fail('unavailable', `a log is ${typeOf(log)}`);
    if (log['removed'] === true) throw upstream.fail('contradiction', 'it returns a log that a reorg removed');
    const topics = log['topics'];
    if (!Array.isArray(topics) || topics.length > 4) {
      throw upstream.fail('unavailable', `the topics of a log are ${typeOf(topics)}`);
    }
    // The parsed object becomes the log: of hundreds of thousands a second copy would be the largest cost.
    log['blockNumber'] = quantity(upstream, 'blockNumber', log['blockNumber']);
    log['blockHash'] = bytes(upstream, 'blockHash', log['blockHash'], 32);
    log['logIndex'] = quantity(upstream, 'logIndex', log['logIndex']);
    log['transactionIndex'] = quantity(upstream, 'transactionIndex', log['transactionIndex']);
    log['transactionHash'] = bytes(upstream, 'transactionHash', log['transactionHash'], 32);
    log['address'] = bytes(upstream, 'address', log['address'], 20);
    for (let i = 0; i < topics.length; i++) topics[i] = bytes(upstream, 'topic', topics[i], 32);
    log['data'] = bytes(upstream, 'data', log['data'], null);
    return log as unknown as RpcLog;
  });
}

/** @throws {UpstreamFailure} unless it is the header of that block. */
export function parseHeader(upstream: Upstream, result: unknown, expected: number | null): RpcHeader {
  if (result === null) throw upstream.fail('lacks-block', `it has no block ${expected ?? 'of that tag'}`);
  if (typeof result !== 'object') throw upstream.fail('unavailable', `a block is ${typeOf(result)}`);
  const header = result as Record<string, unknown>;
  const number = quantity(upstream, 'number', header['number']);
  if (expected !== null && number !== expected) {
    throw upstream.fail('contradiction', `asked for block ${expected} it returns block ${number}`);
  }
  const { logsBloom } = header;
  if (!isLogsBloom(logsBloom)) throw upstream.fail('unavailable', `the logsBloom of a block is ${typeOf(logsBloom)}`);
  return {
    number,
    hash: bytes(upstream, 'hash', header['hash'], 32),
    parentHash: bytes(upstream, 'parentHash', header['parentHash'], 32),
    timestamp: quantity(upstream, 'timestamp', header['timestamp']),
    logsBloom,
  };
}

function quantity(upstream: Upstream, name: string, value: unknown): number {
  const number = typeof value === 'string' && value.length > 2 && anyHex.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw upstream.fail('unavailable', `${name} is ${typeOf(value)}, no quantity`);
  return number;
}

function bytes(upstream: Upstream, name: string, value: unknown, length: number | null): string {
  if (typeof value === 'string' && (length === null ? value.length % 2 === 0 : value.length === 2 + 2 * length)) {
    if (lowerHex.test(value)) return value;
    if (anyHex.test(value)) return value.toLowerCase();
  }
  throw upstream.fail('unavailable', `${name} is ${typeOf(value)}, expected ${length ?? 'whole'} bytes of hex`);
}

function typeOf(value: unknown): string {
  return (JSON.stringify(value) ?? typeof value).slice(0, 40);
}
