import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { ChainView } from './chain-view.ts';
import { UpstreamFailure } from './failure.ts';
import { HeadFace } from './head-face.ts';
import { HeadSockets } from './head-sockets.ts';
import { HistoryFace, UnservedQueryError } from './history-face.ts';
import { metricsText, statisticsOf } from './metrics.ts';
import { Upstreams } from './upstreams.ts';

/** What a guard is told at its start. It goes through memory and a pipe only, since URLs hold keys. */
export interface GuardOptions {
  readonly chainId: number;
  /** HTTP(S), in order of preference. */
  readonly urls: readonly string[];
  /** WS(S), of nodes that say when there is a new block. */
  readonly socketUrls: readonly string[];
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
  /** How often all nodes are compared; 0: never. */
  readonly compareSeconds: number;
  readonly hedgeAfterMs: number | null;
  /** Where is kept what nodes were found to allow; null: nowhere. */
  readonly limitsFile: string | null;
}

export interface Guard {
  /** Base address of the gateway: history. */
  readonly url: string;
  /** JSON-RPC: the head. */
  readonly rpcUrl: string;
  readonly port: number;
  close(): void;
}

/** The guard in this process. Port 0: any that is free. `onNews`: there may be a new block. */
export async function openGuard(
  options: GuardOptions,
  port: number,
  onNote: (text: string) => void,
  onNews: () => void = () => {},
): Promise<Guard> {
  const { urls, requestTimeoutMs, requestsInFlightMax, requestsPerSecondMax, chainId, anchor, crossCheck } = options;
  const abort = new AbortController();
  const { signal } = abort;
  // Every request listens to it.
  setMaxListeners(0, signal);
  const upstreams = new Upstreams({
    urls,
    timeoutMs: requestTimeoutMs,
    requestsInFlightMax,
    callsPerSecondMax: requestsPerSecondMax,
    chainId,
    anchor,
    hedgeAfterMs: options.hedgeAfterMs,
    limitsFile: options.limitsFile,
    onNote,
  });
  const view = new ChainView({ upstreams, crossCheck, compareMs: options.compareSeconds * 1000, onNote, signal });
  const history = new HistoryFace({ ...options, upstreams, view, onNote, signal });
  const head = new HeadFace({ ...options, upstreams, view, onNote, signal });
  const sockets = new HeadSockets({
    urls: options.socketUrls,
    height: () => view.height,
    onNews,
    onNote: (key, text) => upstreams.note(key, text),
    signal,
  });

  const answer = async (request: IncomingMessage): Promise<readonly [type: string, body: string | Buffer] | null> => {
    const path = request.url ?? '/';
    if (path === '/rpc') return ['application/json', await head.respond(await bodyOf(request))];
    if (path === '/query') return ['application/json', await history.respond(await bodyOf(request))];
    if (path === '/height') return ['text/plain', String(await history.height())];
    if (path === '/metrics')
      return ['text/plain; version=0.0.4', await metricsText(chainId, upstreams.all, sockets.statistics)];
    if (path === '/statistics') {
      const statistics = { nodes: statisticsOf(upstreams.all), sockets: sockets.statistics };
      return ['application/json', JSON.stringify(statistics)];
    }
    return /^\/\d+\/worker$/.test(path) ? ['text/plain', `http://${request.headers.host}/query`] : null;
  };
  const server = createServer((request, response) => {
    const end = (status: number, type: string, body: string | Buffer): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    answer(request).then(
      (found) => (found === null ? end(404, 'text/plain', 'unknown path') : end(200, ...found)),
      (error: Error) => {
        if (error instanceof UnservedQueryError) return end(400, 'text/plain', error.message);
        if (error instanceof UpstreamFailure || signal.aborted) return end(503, 'text/plain', error.message);
        onNote(`The guard failed: ${error.stack}`);
        // The processor asks again after this, and dies of 500.
        end(503, 'text/plain', 'the guard failed');
      },
    );
  });
  server.keepAliveTimeout = 60_000;
  const listens = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
  const url = `http://127.0.0.1:${listens}`;
  return {
    url,
    rpcUrl: `${url}/rpc`,
    port: listens,
    close: () => {
      abort.abort();
      history.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
