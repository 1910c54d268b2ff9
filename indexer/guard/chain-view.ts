import { setTimeout as sleep } from 'node:timers/promises';
import { forgersOf } from './forgery.ts';
import { parseHeader, type RpcHeader } from './rpc-answers.ts';
import type { Upstream } from './upstream.ts';
import type { Upstreams } from './upstreams.ts';

export interface ChainViewOptions {
  readonly upstreams: Upstreams;
  /** The head is what two nodes have, and final what two call the same. */
  readonly crossCheck: boolean;
  /** How often all nodes' heads and final blocks are compared; 0: never. */
  readonly compareMs: number;
  readonly onNote: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface Heads {
  readonly latest: RpcHeader;
  readonly finalised: RpcHeader | null;
}

/** A head so many blocks below another node's, twice in a row, is behind. */
const behindBlocks = 3;
/** So many blocks below the head nodes are expected to agree; disagreement twice in a row is told. */
const settledBlocks = 3;
const recheckMs = 1000;

/**
 * What the nodes together say about the chain's head and its final block. The head never goes down; the final block is one
 * on which no node that has it disagrees. Where nodes disagree on a final block and it cannot be told which lies, nothing is
 * said until they agree.
 */
export class ChainView {
  readonly #options: ChainViewOptions;
  #latest: RpcHeader | null = null;
  #finalised: RpcHeader | null = null;
  #comparedAt = performance.now();
  /** Resolves when nodes that disagreed on a final block agree; null: they do. */
  #agreement: Promise<void> | null = null;
  #forked = false;
  readonly #behind = new Set<Upstream>();

  constructor(options: ChainViewOptions) {
    this.#options = options;
  }

  /** Number of the newest block told; -1 before the first. */
  get height(): number {
    return this.#latest?.number ?? -1;
  }

  /** Waits while nodes disagree on what is final. */
  async settled(): Promise<void> {
    while (this.#agreement !== null) await this.#agreement;
  }

  /** Asks the nodes, for as long as it takes. */
  async ask(): Promise<Heads> {
    for (;;) {
      await this.settled();
      const { latest, finalised, upstream } = await this.#askHeads();
      // A lower head is a node that lags or syncs; of equal height it may be another block.
      if (latest.number >= this.height) this.#latest = latest;
      if (numberOf(finalised) > numberOf(this.#finalised)) await this.#accept(upstream, finalised as RpcHeader);
      await this.#compare();
      await this.settled();
      // Some block is final, but not yet confirmed: to say that none is would be another statement.
      if (finalised === null || this.#finalised !== null) {
        return { latest: this.#latest as RpcHeader, finalised: this.#finalised };
      }
      await sleep(recheckMs / 4, undefined, { signal: this.#options.signal });
    }
  }

  async #askHeads(): Promise<Told> {
    const { upstreams, crossCheck, signal } = this.#options;
    if (!crossCheck || upstreams.trusted.length < 2) {
      const told = await upstreams.use(headsOf, { signal, hedges: true });
      if (told.finalised !== null || upstreams.trusted.length < 2) return told;
      // Not every node answers the tag.
      const others = await this.#ofEach(
        upstreams.trusted.filter((one) => one !== told.upstream),
        headsOf,
      );
      const final = others.find(({ finalised }) => finalised !== null);
      return final === undefined ? told : { ...final, latest: told.latest };
    }
    for (;;) {
      const told = await this.#ofEach(upstreams.trusted, headsOf);
      const [head, final] = [byNumber(told, 'latest')[1], byNumber(told, 'finalised')[1]];
      if (head !== undefined && final !== undefined) {
        this.#judgeHeads(told);
        return { ...final, latest: head.latest };
      }
      if (upstreams.trusted.length < 2) return await this.#askHeads();
      await sleep(recheckMs / 4, undefined, { signal });
    }
  }

  /** Final is what no other node that has the block denies; where two are wanted, what another one confirms. */
  async #accept(upstream: Upstream, finalised: RpcHeader): Promise<void> {
    const { upstreams, crossCheck } = this.#options;
    const others = upstreams.trusted.filter((other) => other !== upstream);
    const told = await this.#ofEach(others, (other) => headerOf(other, finalised.number));
    if (told.some(({ hash }) => hash !== finalised.hash)) return this.#disagree(finalised.number);
    if (crossCheck && others.length > 0 && told.length === 0) return;
    this.#finalised = finalised;
  }

  async #compare(): Promise<void> {
    const { upstreams, compareMs, signal } = this.#options;
    const now = performance.now();
    if (compareMs === 0 || upstreams.trusted.length < 2 || now - this.#comparedAt < compareMs) return;
    this.#comparedAt = now;
    this.#judgeHeads(await this.#ofEach(upstreams.trusted, headsOf));
    const final = numberOf(this.#finalised);
    const recent = Math.max(final, this.height - settledBlocks);
    for (const number of new Set([final, recent])) {
      if (number < 0) continue;
      const told = await this.#ofEach(upstreams.trusted, (one) => headerOf(one, number));
      const agree = new Set(told.map(({ hash }) => hash)).size < 2;
      if (!agree && number <= final) return this.#disagree(number);
      if (!agree && this.#forked) {
        const forgers = await forgersOf(number, upstreams.trusted, signal);
        const names = told.map(({ upstream }) => upstream.name).join(' and ');
        if (forgers.length > 0) upstreams.distrust(forgers, `block ${number} is a forgery`);
        else upstreams.note('fork', `ALARM: ${names} disagree on block ${number}: one is on a fork, or lies.`);
      }
      if (number === recent) this.#forked = !agree;
    }
  }

  /** Nodes whose head stays behind are asked last, and named. */
  #judgeHeads(told: readonly { readonly upstream: Upstream; readonly latest: RpcHeader }[]): void {
    const newest = Math.max(...told.map(({ latest }) => latest.number));
    for (const { upstream, latest } of told) {
      const isBehind = latest.number < newest - behindBlocks;
      const wasBehind = this.#behind.has(upstream);
      if (isBehind) this.#behind.add(upstream);
      else this.#behind.delete(upstream);
      upstream.isBehind = isBehind && wasBehind;
      if (!upstream.isBehind) continue;
      const problem = `the head of ${upstream.name} is ${latest.number}, another node's ${newest}`;
      this.#options.upstreams.note(`${upstream.name} behind`, `ALARM: ${problem}: it lags or withholds blocks.`);
    }
  }

  async #disagree(number: number): Promise<void> {
    const { upstreams, onNote, signal } = this.#options;
    const forgers = await forgersOf(number, upstreams.trusted, signal);
    if (forgers.length > 0) {
      upstreams.distrust(forgers, `block ${number}, which is final, is a forgery`);
      return;
    }
    onNote(
      `ALARM: ${upstreams.trusted.map(({ name }) => name).join(' and ')} disagree on block ${number}, which is final, ` +
        'and it cannot be told which lies. Nothing is served until they agree: compare them with another node, and remove one.',
    );
    this.#agreement ??= this.#untilAgreed(number).finally(() => {
      this.#agreement = null;
    });
  }

  async #untilAgreed(number: number): Promise<void> {
    const { upstreams, signal } = this.#options;
    for (;;) {
      await sleep(recheckMs, undefined, { signal });
      const told = await this.#ofEach(upstreams.trusted, (upstream) => headerOf(upstream, number));
      if (told.length > 1 && new Set(told.map(({ hash }) => hash)).size === 1) return;
      const forgers = await forgersOf(number, upstreams.trusted, signal);
      if (forgers.length > 0) return upstreams.distrust(forgers, `block ${number}, which is final, is a forgery`);
    }
  }

  /** Of those that answer, once. */
  async #ofEach<T extends object>(
    among: readonly Upstream[],
    question: (upstream: Upstream) => Promise<T>,
  ): Promise<(T & { readonly upstream: Upstream })[]> {
    const { upstreams, signal } = this.#options;
    const asked = await Promise.allSettled(
      among
        .filter(({ isAvailable }) => isAvailable)
        .map((one) =>
          upstreams.use(async (upstream) => ({ ...(await question(upstream)), upstream }), {
            signal,
            among: [one],
            givesUp: () => true,
          }),
        ),
    );
    signal.throwIfAborted();
    return asked.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  }
}

type Told = Heads & { readonly upstream: Upstream };

/** Highest first. */
function byNumber(told: readonly Told[], name: keyof Heads): readonly Told[] {
  return [...told].sort((a, b) => numberOf(b[name]) - numberOf(a[name]));
}

function numberOf(header: RpcHeader | null): number {
  return header?.number ?? -1;
}

/** @throws {UpstreamFailure} */
async function headsOf(upstream: Upstream): Promise<Told> {
  const [latest, finalised] = await upstream.askEach(
    ['latest', 'finalized'].map((tag) => ({ method: 'eth_getBlockByNumber', params: [tag, false] })),
  );
  if (latest === undefined || finalised === undefined) throw upstream.fail('unavailable', 'answers are missing');
  if ('failure' in latest) throw latest.failure;
  // Before the first finalised block some nodes answer with an error.
  if ('failure' in finalised && !['refused', 'lacks-block'].includes(finalised.failure.kind)) throw finalised.failure;
  const tagged = 'result' in finalised ? finalised.result : null;
  return {
    upstream,
    latest: parseHeader(upstream, latest.result, null),
    finalised: tagged === null ? null : parseHeader(upstream, tagged, null),
  };
}

/** @throws {UpstreamFailure} where it does not have the block. */
async function headerOf(upstream: Upstream, number: number): Promise<RpcHeader> {
  const params = [`0x${number.toString(16)}`, false];
  const [header] = await upstream.ask([{ method: 'eth_getBlockByNumber', params }]);
  return parseHeader(upstream, header, number);
}
