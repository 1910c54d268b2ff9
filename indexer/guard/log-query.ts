import { fillOf, type LogsBloom, mayContain } from './logs-bloom.ts';
import type { RpcLog } from './rpc-answers.ts';

/** One line of a query: every list present must hold the log's value. */
export interface LogRequest {
  readonly address?: readonly string[];
  readonly topic0?: readonly string[];
  readonly topic1?: readonly string[];
  readonly topic2?: readonly string[];
  readonly topic3?: readonly string[];
}

/** The parameter of eth_getLogs without its blocks. */
export interface GetLogsFilter {
  readonly address?: readonly string[];
  readonly topics: readonly (readonly string[] | null)[];
}

/** What a bloom with chance hits above this many per header says is no news. */
const falseAlarmsMax = 0.1;
/** Logs that were returned and nobody asked for, per range: more than this and calls are no longer merged. */
const wasteMin = 1000;
const wasteShareMax = 0.8;

/** The logs somebody asks for, and the calls that get them. */
export class LogQuery {
  readonly #requests: readonly LogRequest[];
  readonly #byTopic0 = new Map<string | null, Matcher[]>();
  #merges = true;

  constructor(requests: readonly LogRequest[]) {
    this.#requests = requests;
    for (const request of requests) {
      const matcher = matcherOf(request);
      for (const topic of request.topic0 ?? [null]) {
        const list = this.#byTopic0.get(topic);
        if (list) list.push(matcher);
        else this.#byTopic0.set(topic, [matcher]);
      }
    }
  }

  get isEmpty(): boolean {
    return this.#requests.length === 0;
  }

  get isEverything(): boolean {
    return this.#requests.some((request) => Object.keys(request).length === 0);
  }

  matches(log: Matched): boolean {
    return this.#any(log.topics[0] ?? null, log) || (log.topics.length > 0 && this.#any(null, log));
  }

  #any(topic0: string | null, log: Matched): boolean {
    return this.#byTopic0.get(topic0)?.some((matcher) => matcher(log)) ?? false;
  }

  /** As few calls as serve: they may return more than what matches. */
  calls(addressesMax: number): readonly GetLogsFilter[] {
    const merged = mergeBy(this.#requests, ({ address, topic0, ...rest }) =>
      JSON.stringify(this.#merges ? [!address, !topic0, rest] : [!address, topic0, rest]),
    );
    return merged.flatMap((request) => {
      const topics = [request.topic0, request.topic1, request.topic2, request.topic3].map((set) => set ?? null);
      while (topics.length > 0 && topics.at(-1) === null) topics.pop();
      return chunks(request.address, addressesMax).map((address) => ({ ...(address && { address }), topics }));
    });
  }

  /** Told how much of what came matched, it stops merging calls where that brings mostly what nobody asked for. */
  noteYield(returned: number, matched: number): void {
    const waste = returned - matched;
    if (waste > wasteMin && waste > wasteShareMax * returned) this.#merges = false;
  }

  /**
   * Whether the bloom speaks of a log that matches and is not among `found`. A bloom so full that chance would make it
   * say so is not believed.
   */
  isSuspicious(bloom: LogsBloom, found: readonly RpcLog[]): boolean {
    const fill = fillOf(bloom);
    let chance = 0;
    let suspicious = false;
    for (const { address, topic0, topic1, topic2, topic3 } of this.#requests) {
      const restMay = [topic1, topic2, topic3].every((set) => !set || set.some((topic) => mayContain(bloom, topic)));
      const items = [address, topic0, topic1, topic2, topic3].filter((set) => set !== undefined).length;
      for (const where of address ?? [null]) {
        for (const what of topic0 ?? [null]) {
          chance += fill ** (3 * items);
          if (!restMay || !may(bloom, where) || !may(bloom, what)) continue;
          suspicious ||= !found.some(
            (log) => (where === null || log.address === where) && (what === null || log.topics[0] === what),
          );
        }
      }
    }
    return suspicious && chance <= falseAlarmsMax;
  }
}

function may(bloom: LogsBloom, item: string | null): boolean {
  return item === null || mayContain(bloom, item);
}

type Matched = Pick<RpcLog, 'address' | 'topics'>;
type Matcher = (log: Matched) => boolean;

/** All but topic0, by which matchers are found. */
function matcherOf({ address, topic1, topic2, topic3 }: LogRequest): Matcher {
  const addresses = address && new Set(address);
  const topics = [topic1, topic2, topic3].flatMap((set, i) => (set ? [[i + 1, new Set(set)] as const] : []));
  return (log) => (addresses?.has(log.address) ?? true) && topics.every(([i, set]) => set.has(log.topics[i] as string));
}

function mergeBy(requests: readonly LogRequest[], keyOf: (request: LogRequest) => string): LogRequest[] {
  const groups = new Map<string, LogRequest>();
  for (const request of requests) {
    const key = keyOf(request);
    const group = groups.get(key) ?? request;
    const address = union(group.address, request.address);
    const topic0 = union(group.topic0, request.topic0);
    groups.set(key, { ...request, ...(address && { address }), ...(topic0 && { topic0 }) });
  }
  return [...groups.values()];
}

function union(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  return a && b && [...new Set([...a, ...b])];
}

function chunks(list: readonly string[] | undefined, size: number): (readonly string[] | undefined)[] {
  if (list === undefined || list.length <= size) return [list];
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
