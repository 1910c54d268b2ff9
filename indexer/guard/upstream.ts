import { classifyError, type FailureKind, type Hint, UpstreamFailure } from './failure.ts';
import type { Limits } from './learnt-limits.ts';
import { postJson, type Reply, ReplyTooLargeError } from './post-json.ts';

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

export interface UpstreamOptions {
  readonly url: string;
  /** As people and metrics may see it: no path, no query. */
  readonly name: string;
  readonly timeoutMs: number;
  readonly requestsInFlightMax: number;
  /** Calls, not HTTP requests, per second; null: no limit. */
  readonly callsPerSecondMax: number | null;
  /** What it was found to allow; changed when it says otherwise. */
  readonly limits: Limits;
}

export interface UpstreamStatistics {
  requests: number;
  bytesSent: number;
  bytesReceived: number;
  readonly methods: Map<string, MethodStatistics>;
  readonly failures: Map<FailureKind, number>;
}

export interface MethodStatistics {
  calls: number;
  failures: number;
  /** Sum over the calls, of the HTTP requests they were part of. */
  seconds: number;
}

/** What a node answers to one call; `failure` says what an error means. */
export type UpstreamAnswer =
  | { readonly result: unknown }
  | { readonly error: RpcError; readonly failure: UpstreamFailure };

/** As JSON-RPC has it. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

const bytesMax = 256 * 2 ** 20;
const pauseMsMin = 50;
/** A node that is down is asked again at least this often: so long at most is its return unnoticed. */
const pauseMsMax = 2000;
/** A node that says it is asked too much, or is another chain's, is left alone for longer. */
const restMsMax = 5000;
const quarantineMs = 600_000;
const trialAfterFailures = 3;

/**
 * One node: asks it no more at once and no faster than it bears, turns whatever it answers into results or an
 * `UpstreamFailure`, and pauses it after failures, longer each time (circuit breaker: after several in a row one request
 * at a time tries whether it is back).
 */
export class Upstream {
  readonly limits: Limits;
  readonly statistics: UpstreamStatistics = {
    requests: 0,
    bytesSent: 0,
    bytesReceived: 0,
    methods: new Map(),
    failures: new Map(),
  };
  readonly #options: UpstreamOptions;
  readonly #url: URL;
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;
  #inFlightMax: number;
  #failuresInRow = 0;
  #pausedUntil = 0;
  #nextCallAt = 0;
  #quarantinedUntil = 0;
  /** Its head is behind another node's: asked only where no other is left. */
  isBehind = false;

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.#url = new URL(options.url);
    this.#inFlightMax = options.requestsInFlightMax;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Milliseconds until it may be asked again. */
  get pausedMs(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }

  get isOnTrial(): boolean {
    return this.#failuresInRow >= trialAfterFailures;
  }

  /** False while it is paused, and while it is on trial and busy. */
  get isAvailable(): boolean {
    return this.pausedMs === 0 && !(this.isOnTrial && this.#inFlight > 0);
  }

  /** Results in the order of the calls. @throws {UpstreamFailure} at the first one that is none. */
  async ask(calls: readonly RpcCall[], signal?: AbortSignal): Promise<readonly unknown[]> {
    const pieces: (readonly RpcCall[])[] = [];
    for (let i = 0; i < calls.length; i += this.limits.callsMax) pieces.push(calls.slice(i, i + this.limits.callsMax));
    const results = await Promise.all(pieces.map((piece) => this.#request(piece, signal)));
    return results.length === 1 ? (results[0] as readonly unknown[]) : results.flat();
  }

  /** Answers in the order of the calls, errors of single calls among them. @throws {UpstreamFailure} where it is no answer. */
  async askEach(calls: readonly RpcCall[], signal?: AbortSignal): Promise<readonly UpstreamAnswer[]> {
    const answers: UpstreamAnswer[] = [];
    for (let i = 0; i < calls.length; i += this.limits.callsMax) {
      answers.push(...(await this.#answers(calls.slice(i, i + this.limits.callsMax), signal)));
    }
    return answers;
  }

  /** What it answered has proved good. */
  praise(): void {
    this.#failuresInRow = 0;
  }

  /** Counts a failure and pauses the node as it deserves. What only asks to be asked otherwise is no fault of its. */
  punish({ kind, hint }: UpstreamFailure): void {
    this.statistics.failures.set(kind, (this.statistics.failures.get(kind) ?? 0) + 1);
    if (isAboutTheQuestion(kind)) return;
    // What was under way when the pause began fails for the same reason.
    if (this.pausedMs === 0) this.#failuresInRow += 1;
    if (kind === 'rate-limited') this.#inFlightMax = Math.max(1, Math.floor(this.#inFlightMax / 2));
    const max = kind === 'rate-limited' || kind === 'wrong-chain' ? restMsMax : pauseMsMax;
    const full = Math.min(max, pauseMsMin * 2 ** Math.min(this.#failuresInRow, 20));
    const pause = Math.max(hint.retryAfterMs ?? 0, full / 2 + (Math.random() * full) / 2);
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + pause);
  }

  /** It was proved a liar: not asked for a while. */
  quarantine(): void {
    this.#quarantinedUntil = performance.now() + quarantineMs;
    this.#pausedUntil = this.#quarantinedUntil;
  }

  get isQuarantined(): boolean {
    return this.#quarantinedUntil > performance.now();
  }

  fail(kind: FailureKind, problem: string, hint?: Hint): UpstreamFailure {
    return new UpstreamFailure(this.name, kind, problem, hint);
  }

  async #request(calls: readonly RpcCall[], signal: AbortSignal | undefined): Promise<readonly unknown[]> {
    const answers = await this.#answers(calls, signal);
    return answers.map((answer) => {
      if ('result' in answer) return answer.result;
      this.#learn(answer.failure, calls);
      throw answer.failure;
    });
  }

  async #answers(calls: readonly RpcCall[], signal: AbortSignal | undefined): Promise<readonly UpstreamAnswer[]> {
    await this.#enter(calls.length);
    const askedAt = performance.now();
    let results: readonly UpstreamAnswer[] = [];
    try {
      signal?.throwIfAborted();
      results = this.#results(calls, await this.#post(calls, signal));
      this.#inFlightMax = Math.min(this.#options.requestsInFlightMax, this.#inFlightMax + 1 / this.#inFlightMax);
      return results;
    } catch (error) {
      if (error instanceof UpstreamFailure) this.#learn(error, calls);
      throw error;
    } finally {
      this.#inFlight -= 1;
      this.#waiting.shift()?.();
      const seconds = (performance.now() - askedAt) / 1000;
      calls.forEach(({ method }, i) => {
        this.#count(method, seconds, results[i]);
      });
    }
  }

  #count(method: string, seconds: number, answer: UpstreamAnswer | undefined): void {
    const counted = this.statistics.methods.get(method) ?? { calls: 0, failures: 0, seconds: 0 };
    counted.calls += 1;
    counted.seconds += seconds;
    if (answer === undefined || 'error' in answer) counted.failures += 1;
    this.statistics.methods.set(method, counted);
  }

  async #enter(calls: number): Promise<void> {
    while (this.#inFlight >= Math.floor(this.#inFlightMax)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#inFlight += 1;
    const { callsPerSecondMax } = this.#options;
    if (callsPerSecondMax === null) return;
    const now = performance.now();
    const startsAt = Math.max(now, this.#nextCallAt);
    this.#nextCallAt = startsAt + (calls * 1000) / callsPerSecondMax;
    if (startsAt > now) await new Promise((resolve) => setTimeout(resolve, startsAt - now));
  }

  async #post(calls: readonly RpcCall[], signal: AbortSignal | undefined): Promise<unknown> {
    const requests = calls.map((call, id) => ({
      jsonrpc: '2.0',
      id: id + 1,
      method: call.method,
      params: call.params,
    }));
    const body = JSON.stringify(this.limits.callsMax === 1 ? requests[0] : requests);
    const { statistics } = this;
    statistics.requests += 1;
    statistics.bytesSent += body.length;
    let reply: Reply;
    try {
      reply = await postJson(this.#url, body, { timeoutMs: this.#options.timeoutMs, bytesMax }, signal);
    } catch (error) {
      if (signal?.aborted) throw error;
      const problem = error instanceof Error ? error.message || error.name : String(error);
      throw this.fail(error instanceof ReplyTooLargeError ? 'answer-too-large' : 'unavailable', problem);
    }
    statistics.bytesReceived += reply.bytes;
    return this.#parse(reply, calls.length);
  }

  /** Some nodes put their JSON-RPC errors into answers with a status that is not 200. */
  #parse({ status, body, retryAfterMs }: Reply, calls: number): unknown {
    const hint = retryAfterMs === undefined ? {} : { retryAfterMs };
    let parsed: unknown;
    try {
      parsed = JSON.parse(body);
    } catch {
      parsed = undefined;
    }
    if (status === 429) throw this.fail('rate-limited', 'HTTP status 429', hint);
    if (status === 413) throw this.fail(calls > 1 ? 'batch-refused' : 'answer-too-large', 'HTTP status 413');
    if (status >= 200 && status < 300) {
      if (parsed === undefined) throw this.fail('unavailable', `its answer is no JSON: ${start(body)}`);
      return parsed;
    }
    const error = errorOf(parsed) ?? (Array.isArray(parsed) ? errorOf(parsed[0]) : null);
    if (error !== null && status < 500) throw this.#failureOf(error, hint);
    throw this.fail('unavailable', `HTTP status ${status}${error ? `: ${error.message}` : ''}`, hint);
  }

  #results(calls: readonly RpcCall[], parsed: unknown): readonly UpstreamAnswer[] {
    const list = Array.isArray(parsed) ? parsed : [parsed];
    if (!Array.isArray(parsed) && calls.length >= 1 && this.limits.callsMax > 1) {
      const error = errorOf(parsed);
      if (error === null) {
        const answersOne = typeof parsed === 'object' && parsed !== null && 'result' in parsed;
        const kind = answersOne && calls.length > 1 ? 'batch-refused' : 'unavailable';
        throw this.fail(kind, `it answers a batch with ${start(JSON.stringify(parsed))}`);
      }
      throw this.#failureOf(error);
    }
    if (list.length !== calls.length) {
      const error = list.length === 1 ? errorOf(list[0]) : null;
      if (error !== null) throw this.#failureOf(error);
      throw this.fail('unavailable', `${list.length} answers to ${calls.length} calls`);
    }
    const results = new Array<UpstreamAnswer | undefined>(calls.length).fill(undefined);
    for (const answer of list as { id?: unknown; result?: unknown; error?: unknown }[]) {
      const error = errorOf(answer);
      const at = Number(answer?.id) - 1;
      // Some nodes do not say which call of a batch an error belongs to.
      if (error !== null && (calls[at] === undefined || answer.id === null)) throw this.#failureOf(error);
      if (typeof answer?.id === 'object' || calls[at] === undefined || results[at] !== undefined) {
        throw this.fail('unavailable', `an answer with id ${JSON.stringify(answer?.id)} was not asked for`);
      }
      if (error !== null) {
        const data = (answer.error as { data?: unknown }).data;
        results[at] = { error: { ...error, ...(data !== undefined && { data }) }, failure: this.#failureOf(error) };
        continue;
      }
      if (answer.result === undefined) throw this.fail('unavailable', `no result to ${calls[at].method}`);
      results[at] = { result: answer.result };
    }
    return results as readonly UpstreamAnswer[];
  }

  #failureOf({ code, message }: RpcError, also: Hint = {}): UpstreamFailure {
    const { kind, hint } = classifyError(code, message);
    return this.fail(kind, `${message} (code ${code})`, { ...also, ...hint });
  }

  #learn({ kind, hint }: UpstreamFailure, calls: readonly RpcCall[]): void {
    const { limits } = this;
    if (kind === 'batch-refused') {
      limits.callsMax = Math.max(1, Math.min(hint.callsMax ?? limits.callsMax, Math.floor(calls.length / 2)));
    }
    if (kind === 'answer-too-large' && hint.logsMax !== undefined)
      limits.logsMax = Math.min(limits.logsMax, hint.logsMax);
  }
}

/** The node is well; it wants to be asked otherwise. */
export function isAboutTheQuestion(kind: FailureKind): boolean {
  return ['range-too-large', 'answer-too-large', 'too-many-addresses', 'batch-refused'].includes(kind);
}

function errorOf(answer: unknown): RpcError | null {
  const error = (answer as { error?: unknown } | null | undefined)?.error;
  if (error === undefined || error === null) return null;
  if (typeof error === 'string') return { code: 0, message: error };
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
  const detail = typeof data === 'string' && !data.startsWith('0x') ? ` ${data}` : '';
  return {
    code: Number(code) || 0,
    message: `${typeof message === 'string' ? message : JSON.stringify(error)}${detail}`,
  };
}

function start(text: string): string {
  return text === '' ? 'nothing' : JSON.stringify(text.slice(0, 60));
}
