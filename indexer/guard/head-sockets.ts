import WebSocket from 'ws';
import { z } from 'zod';

export interface HeadSocketsOptions {
  /** ws(s). */
  readonly urls: readonly string[];
  /** Newest block known from the nodes over HTTP. */
  readonly height: () => number;
  /** A node says that there may be a new block: ask. */
  readonly onNews: () => void;
  readonly onNote: (key: string, text: string) => void;
  readonly signal: AbortSignal;
  /** How often it is looked whether a socket still serves. */
  readonly checkEveryMs?: number;
  /** Before a socket is opened again; doubles to a minute where it ends soon. */
  readonly pauseMsMin?: number;
}

/** What one node's socket has done. */
export interface SocketStatistics {
  readonly name: string;
  heads: number;
  isOpen: boolean;
  /** Why it ended last; null once it has told of a new block since. */
  problem: string | null;
}

const newsEveryMs = 50;
const newsAgainMs = [250, 1000] as const;
const handshakeMs = 10_000;
const pauseMsMax = 60_000;
const bytesMax = 2 ** 20;
/** Between two checks: no chain has as many blocks. */
const messagesMax = 1500;
/** So many blocks between two checks, of which it says nothing: the node has forgotten the subscription. */
const untoldBlocksMax = 3;

const messageSchema = z.union([
  z.object({ id: z.literal(1), result: z.string() }),
  z.object({ id: z.literal(1), error: z.object({ message: z.string().optional() }) }),
  z.object({ method: z.literal('eth_subscription'), params: z.object({ result: z.object({ number: z.string() }) }) }),
]);
const subscribe = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] });

/**
 * Subscriptions to `newHeads`. They only say when to ask: what a socket tells is not believed, and whether it tells
 * anything at all changes only how soon a block is seen, since heads are polled besides.
 */
export class HeadSockets {
  readonly statistics: readonly SocketStatistics[];
  readonly #options: HeadSocketsOptions;
  #toldAt = Number.NEGATIVE_INFINITY;
  #due: NodeJS.Timeout | null = null;

  constructor(options: HeadSocketsOptions) {
    this.#options = options;
    this.statistics = options.urls.map((url) => {
      const statistics: SocketStatistics = { name: new URL(url).host, heads: 0, isOpen: false, problem: null };
      this.#keep(url, statistics, 0);
      return statistics;
    });
  }

  /** At once or a moment later, however often it is called; and again where the nodes over HTTP do not have the block yet. */
  #news(againMs: readonly number[] = newsAgainMs): void {
    if (this.#due !== null) return;
    const { signal, height, onNews } = this.#options;
    const known = height();
    const waitMs = Math.max(0, this.#toldAt + newsEveryMs - performance.now());
    this.#due = setTimeout(() => {
      this.#due = null;
      this.#toldAt = performance.now();
      if (signal.aborted) return;
      onNews();
      const [nextMs, ...later] = againMs;
      if (nextMs !== undefined) setTimeout(() => height() === known && this.#news(later), nextMs).unref();
    }, waitMs);
  }

  /** Opens the socket, and again whenever it ends. `failures`: in a row. */
  #keep(url: string, statistics: SocketStatistics, failures: number): void {
    const { signal, height, onNote, checkEveryMs = 15_000, pauseMsMin = 500 } = this.#options;
    if (signal.aborted) return;
    const address = new URL(url);
    address.hash = '';
    const openedAt = performance.now();
    const socket = new WebSocket(address, {
      handshakeTimeout: handshakeMs,
      maxPayload: bytesMax,
      perMessageDeflate: false,
      followRedirects: false,
    });
    let problem = 'it closed the connection';
    let served = false;
    let answers = true;
    let messages = 0;
    let checkedHeight = height();
    const end = (why: string): void => {
      problem = why;
      socket.terminate();
    };
    const check = setInterval(() => {
      if (!answers || !served) return end('it does not answer');
      if (messages === 0 && height() > checkedHeight + untoldBlocksMax) return end('it tells of no new blocks');
      answers = false;
      messages = 0;
      checkedHeight = height();
      socket.ping();
    }, checkEveryMs);
    socket.on('open', () => socket.send(subscribe));
    socket.on('pong', () => {
      answers = true;
    });
    socket.on('message', (data, isBinary) => {
      messages += 1;
      if (messages > messagesMax) return end('it sends too much');
      const message = isBinary ? undefined : parsed(String(data));
      if (message === undefined) return end('what it sends is no JSON-RPC');
      if ('error' in message) return end(`it refuses newHeads: ${message.error.message ?? ''}`.slice(0, 100));
      if ('method' in message) {
        statistics.heads += 1;
        statistics.problem = null;
      }
      served = true;
      statistics.isOpen = true;
      // Its first answer too: of blocks that came before it nothing was told.
      this.#news();
    });
    socket.on('error', (error) => {
      problem = error.message;
    });
    const stop = (): void => socket.terminate();
    signal.addEventListener('abort', stop, { once: true });
    socket.on('close', () => {
      clearInterval(check);
      signal.removeEventListener('abort', stop);
      statistics.isOpen = false;
      if (signal.aborted) return;
      statistics.problem = problem;
      onNote(`${statistics.name} socket`, `The WebSocket of ${statistics.name} fails: ${problem}. Heads are polled.`);
      const inRow = performance.now() - openedAt > checkEveryMs ? 0 : failures + 1;
      const full = Math.min(pauseMsMax, pauseMsMin * 2 ** Math.min(inRow, 20));
      setTimeout(() => this.#keep(url, statistics, inRow), full / 2 + (Math.random() * full) / 2).unref();
    });
  }
}

/** Undefined: it is no message of a subscription. */
function parsed(text: string): z.output<typeof messageSchema> | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
