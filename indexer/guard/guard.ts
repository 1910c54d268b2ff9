import { HistoryFace } from './history-face.ts';
import { Upstreams } from './upstreams.ts';

/** What a guard is told at its start. It goes through memory and a pipe only, since URLs hold keys. */
export interface GuardOptions {
  readonly chainId: number;
  /** HTTP(S), in order of preference. */
  readonly urls: readonly string[];
  readonly requestTimeoutMs: number;
  /** At once, per node. */
  readonly requestsInFlightMax: number;
  /** Per node; null: no limit. */
  readonly requestsPerSecondMax: number | null;
  /** A block that every node of this network has; null: the chain id must do. */
  readonly anchor: { readonly number: number; readonly hash: string } | null;
  /** History ends this many blocks below the head, and at the finalised block at the latest. */
  readonly confirmationBlocks: number;
  readonly everyHeader: boolean;
  readonly checkBlooms: boolean;
  readonly crossCheck: boolean;
}

export interface Guard {
  /** Base address of the gateway. */
  readonly url: string;
  readonly port: number;
  close(): void;
}

/** The guard in this process. Port 0: any that is free. */
export async function openGuard(options: GuardOptions, port: number, onNote: (text: string) => void): Promise<Guard> {
  const { urls, requestTimeoutMs, requestsInFlightMax, requestsPerSecondMax, chainId, anchor } = options;
  const upstreams = new Upstreams({
    urls,
    timeoutMs: requestTimeoutMs,
    requestsInFlightMax,
    callsPerSecondMax: requestsPerSecondMax,
    chainId,
    anchor,
    onNote,
  });
  const face = new HistoryFace({ ...options, upstreams, onNote });
  const listens = await face.listen(port);
  return { url: `http://127.0.0.1:${listens}`, port: listens, close: () => face.close() };
}
