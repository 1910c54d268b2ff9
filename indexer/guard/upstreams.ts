import { setTimeout as sleep } from 'node:timers/promises';
import { UpstreamFailure } from './failure.ts';
import { LearntLimits } from './learnt-limits.ts';
import { isAboutTheQuestion, Upstream, type UpstreamOptions } from './upstream.ts';

export interface UpstreamsOptions {
  readonly urls: readonly string[];
  readonly timeoutMs: number;
  readonly requestsInFlightMax: number;
  readonly callsPerSecondMax: number | null;
  readonly chainId: number;
  /** A block that every node of this network has: chains of other networks share its chain id. */
  readonly anchor: { readonly number: number; readonly hash: string } | null;
  /** An answer that takes longer is asked of another node as well; null: never. */
  readonly hedgeAfterMs: number | null;
  /** Where is kept what nodes were found to allow; null: nowhere. */
  readonly limitsFile: string | null;
  readonly onNote: (text: string) => void;
}

const noteEveryMs = 60_000;

/** The nodes of one chain, in order of preference: the first that answers is asked. */
export class Upstreams {
  readonly all: readonly Upstream[];
  readonly #options: UpstreamsOptions;
  /** Per node: its identity, once checked. */
  readonly #checks = new Map<Upstream, Promise<void>>();
  readonly #notedAt = new Map<string, number>();

  constructor(options: UpstreamsOptions) {
    this.#options = options;
    const learnt = new LearntLimits(options.limitsFile, options.onNote);
    const hosts = options.urls.map((url) => new URL(url).host);
    this.all = options.urls.map((url, i): Upstream => {
      const host = hosts[i] as string;
      const name = hosts.indexOf(host) === hosts.lastIndexOf(host) ? host : `${host}#${i + 1}`;
      const { timeoutMs, requestsInFlightMax, callsPerSecondMax } = options;
      const limits = learnt.of(url);
      return new Upstream({
        ...{ url, name, timeoutMs, requestsInFlightMax, callsPerSecondMax, limits },
      } satisfies UpstreamOptions);
    });
  }

  /** Those not proved liars. */
  get trusted(): readonly Upstream[] {
    return this.all.filter(({ isQuarantined }) => !isQuarantined);
  }

  /** Leaves proved liars alone, and says who they are. */
  distrust(liars: readonly Upstream[], why: string): void {
    for (const liar of liars) {
      liar.quarantine();
      const others = this.trusted.map(({ name }) => name).join(', ');
      this.#options.onNote(
        `ALARM: ${liar.name} lies: its ${why}. It is not asked for a while; going on with ${others}.`,
      );
    }
  }

  /**
   * Does the work with one node after the other until it succeeds, for as long as it takes. A failure is thrown where it
   * asks for another question, and where `givesUp` says so.
   */
  async use<T>(
    work: (upstream: Upstream) => Promise<T>,
    {
      signal,
      givesUp = () => false,
      among = this.all,
      hedges = false,
    }: {
      readonly signal?: AbortSignal;
      readonly givesUp?: (failure: UpstreamFailure, attempt: number) => boolean;
      readonly among?: readonly Upstream[];
      readonly hedges?: boolean;
    } = {},
  ): Promise<T> {
    const failed = new Set<Upstream>();
    for (let attempt = 1; ; attempt++) {
      const upstream = await this.#choose(among, failed, signal);
      try {
        return await (hedges ? this.#hedged(upstream, among, work) : this.#attempt(upstream, work));
      } catch (error) {
        if (signal?.aborted || !(error instanceof UpstreamFailure)) throw error;
        upstream.punish(error);
        if (error.kind === 'batch-refused') continue;
        if (isAboutTheQuestion(error.kind) || givesUp(error, attempt)) throw error;
        this.note(`${upstream.name} ${error.kind}`, error.message);
        failed.add(upstream);
        if (failed.size === among.length) failed.clear();
      }
    }
  }

  async #attempt<T>(upstream: Upstream, work: (upstream: Upstream) => Promise<T>): Promise<T> {
    await this.#identify(upstream);
    const result = await work(upstream);
    upstream.praise();
    return result;
  }

  /** The first answer of two nodes, where one alone takes too long. */
  async #hedged<T>(
    upstream: Upstream,
    among: readonly Upstream[],
    work: (upstream: Upstream) => Promise<T>,
  ): Promise<T> {
    const { hedgeAfterMs } = this.#options;
    const first = this.#attempt(upstream, work);
    if (hedgeAfterMs === null || among.length < 2) return await first;
    const answered = new AbortController();
    const second = sleep(hedgeAfterMs, undefined, { signal: answered.signal }).then(async () => {
      const other = among.find((one) => one !== upstream && one.isAvailable);
      if (other === undefined) return await first;
      return await this.#attempt(other, work).catch((error: unknown) => {
        if (error instanceof UpstreamFailure) other.punish(error);
        return first;
      });
    });
    second.catch(() => {});
    return await Promise.race([first, second]).finally(() => answered.abort());
  }

  /** Says it now and then, however often it happens. */
  note(key: string, text: string): void {
    const now = performance.now();
    if (now - (this.#notedAt.get(key) ?? Number.NEGATIVE_INFINITY) < noteEveryMs) return;
    this.#notedAt.set(key, now);
    this.#options.onNote(text);
  }

  /** The first that is available, rather not one that has just failed at this or whose head is behind. */
  async #choose(among: readonly Upstream[], failed: ReadonlySet<Upstream>, signal?: AbortSignal): Promise<Upstream> {
    for (;;) {
      signal?.throwIfAborted();
      const ready = among.filter((upstream) => upstream.isAvailable);
      const fit = ready.filter((upstream) => !failed.has(upstream));
      const chosen = fit.find(({ isBehind }) => !isBehind) ?? fit[0] ?? ready[0];
      if (chosen !== undefined) return chosen;
      const soonest = Math.min(...among.map(({ pausedMs }) => pausedMs));
      await sleep(Math.min(Math.max(soonest, 5), 1000), undefined, signal ? { signal } : {});
    }
  }

  async #identify(upstream: Upstream): Promise<void> {
    let check = this.#checks.get(upstream);
    if (check === undefined) {
      check = this.#check(upstream);
      this.#checks.set(upstream, check);
      check.catch(() => this.#checks.delete(upstream));
    }
    await check;
  }

  async #check(upstream: Upstream): Promise<void> {
    const { chainId, anchor } = this.#options;
    const [id, block] = await upstream.ask([
      { method: 'eth_chainId', params: [] },
      ...(anchor ? [{ method: 'eth_getBlockByNumber', params: [`0x${anchor.number.toString(16)}`, false] }] : []),
    ]);
    if (typeof id !== 'string') throw upstream.fail('unavailable', `its chain id is ${JSON.stringify(id)}`);
    if (Number(id) !== chainId) {
      throw upstream.fail('wrong-chain', `it serves chain ${Number(id)}, expected ${chainId}`);
    }
    if (anchor === null) return;
    const hash = (block as { hash?: unknown } | null)?.hash;
    if (block === null) throw upstream.fail('lacks-block', `it has no block ${anchor.number}`);
    if (hash !== anchor.hash) {
      const problem = `its block ${anchor.number} is ${String(hash)}, expected ${anchor.hash}: another network`;
      throw upstream.fail('wrong-chain', problem);
    }
  }
}
