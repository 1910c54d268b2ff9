import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { FatalError } from '../schema/errors.ts';
import { DatabaseUnavailableError } from '../store/database.ts';
import { ReadApi } from '../store/read-api.ts';
import { shared } from './batch.ts';
import { type ApiServices, CutCache } from './context.ts';
import { sendGraphiql, wantsGraphiql } from './graphiql.ts';
import { createGraphqlServer, type GraphqlServer, graphqlPath } from './graphql.ts';
import { JournalFeed } from './journal-feed.ts';
import { SnapshotCache } from './lending-snapshot.ts';
import { requestBytesMax } from './limits.ts';
import { type ApiMetrics, apiMetrics } from './metrics.ts';
import { iso, nowOf } from './view.ts';
import { serveWebSockets } from './websocket.ts';

export interface ApiOptions {
  readonly databaseUrl: string;
  /** Default 127.0.0.1: reachable from this machine only. */
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  readonly log: (line: string) => void;
  /** Milliseconds a single question may take the database. */
  readonly statementTimeoutMs?: number;
  /** Milliseconds after which a peer that takes nothing of what is queued for it is cut off. */
  readonly stalledMs?: number;
}

export interface RunningApi {
  /** `http://host:port`. GraphQL and GraphiQL are at /graphql, where / leads a browser, too. */
  readonly url: string;
  stop(): Promise<void>;
}

export class PortTakenError extends FatalError {
  override readonly name = 'PortTakenError';
  constructor(
    readonly host: string,
    readonly port: number,
  ) {
    super(
      `Port ${port} of ${host} is taken by another program. Stop that, or choose another port, for example PORT=${port + 1}.`,
    );
  }
}

const connectionsMax = 10;

/**
 * Serves the GraphQL API. A database that goes away turns answers into DATABASE_UNAVAILABLE until it is back.
 * @throws {PortTakenError}
 */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { databaseUrl, host = '127.0.0.1', port, log, statementTimeoutMs = 5_000, stalledMs = 120_000 } = options;
  const store = new ReadApi(databaseUrl, { statementTimeoutMs, connectionsMax });
  const feed = new JournalFeed(store);
  const readHead = shared(() => store.head());
  const services: ApiServices = {
    store,
    readHead,
    feed,
    cuts: new CutCache(store),
    snapshots: new SnapshotCache(store),
  };
  const metrics = apiMetrics(feed);
  const graphql = createGraphqlServer(services, metrics, log);

  const server = createServer((request, response) => {
    handle({ request, response, graphql, metrics, services }).catch((error: unknown) => {
      log(`api: ${error instanceof Error ? error.stack : String(error)}`);
      if (!response.headersSent) sendJson(response, 500, { error: 'INTERNAL_SERVER_ERROR' });
      else response.destroy();
    });
  });
  server.requestTimeout = 30_000;
  const webSockets = serveWebSockets(server, graphql);
  const watch = dropStalled(server, stalledMs);
  const stop = async () => {
    clearInterval(watch);
    feed.close();
    await webSockets.stop();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
    await store.close();
  };
  try {
    await listen(server, host, port);
  } catch (error) {
    await stop();
    throw error;
  }
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`, stop };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new PortTakenError(host, port) : error),
    );
    server.listen(port, host, () => resolve());
  });
}

function dropStalled(server: Server, stalledMs: number): NodeJS.Timeout {
  const taken = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => {
    taken.set(socket, -1);
    socket.once('close', () => taken.delete(socket));
  });
  const timer = setInterval(() => {
    for (const [socket, before] of taken) {
      const now = socket.writableLength === 0 ? -1 : socket.bytesWritten - socket.writableLength;
      if (now !== -1 && now === before) socket.destroy();
      else taken.set(socket, now);
    }
  }, stalledMs);
  timer.unref();
  return timer;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly graphql: GraphqlServer;
  readonly metrics: ApiMetrics;
  readonly services: ApiServices;
}

async function handle(exchange: Exchange): Promise<void> {
  const { request, response, metrics, services } = exchange;
  const path = (request.url ?? '/').split('?', 1)[0];
  switch (path) {
    case graphqlPath:
      return handleGraphql(exchange);
    case '/livez':
      return sendJson(response, 200, { live: true });
    case '/readyz': {
      const { status, body } = await readiness(services);
      return sendJson(response, status, body);
    }
    case '/metrics':
      response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(await metrics.registry.metrics());
      return;
    case '/':
      response.writeHead(302, { location: graphqlPath }).end();
      return;
    default:
      return sendJson(response, 404, {
        error: 'NOT_FOUND',
        message: `Nothing is at ${path}. The API is at ${graphqlPath}.`,
      });
  }
}

async function handleGraphql({ request, response, graphql, metrics }: Exchange): Promise<void> {
  if (wantsGraphiql(request)) return sendGraphiql(request, response);
  const started = performance.now();
  response.once('finish', () => {
    if (String(response.getHeader('content-type')).startsWith('text/event-stream')) return;
    const labels = { path: graphqlPath, status: String(response.statusCode) };
    metrics.requestSeconds.observe(labels, (performance.now() - started) / 1000);
  });
  if (request.method !== 'POST') {
    await graphql(request, response);
    return;
  }
  const body = await readBody(request);
  if (body === null) {
    const message = `The request is larger than ${requestBytesMax} bytes. Send variables instead of long documents, or split it.`;
    response.setHeader('connection', 'close');
    return sendJson(response, 413, { errors: [{ message, extensions: { code: 'REQUEST_TOO_LARGE' } }] });
  }
  await graphql(Object.assign(request, { body }), response);
}

/** Null: longer than allowed. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > requestBytesMax) return null;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > requestBytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Ready: the database answers and something is published. How old it is, is for the reader to judge. */
async function readiness({ readHead }: ApiServices): Promise<{ status: number; body: object }> {
  try {
    const head = await readHead();
    if (head === null || head.lastSeq === 0) return { status: 503, body: { ready: false, reason: 'NOT_READY' } };
    const now = nowOf(head);
    return {
      status: 200,
      body: {
        ready: true,
        seq: head.lastSeq,
        publishedTime: iso(head.publishedTime),
        ageSeconds: Math.max(0, now - head.publishedTime),
        chains: Object.fromEntries(
          Object.values(head.report.chains ?? {}).map((chain) => [
            chain.name,
            { included: chain.included, lagSeconds: Math.max(0, now - chain.coveredTime) },
          ]),
        ),
      },
    };
  } catch (error) {
    const reason = error instanceof DatabaseUnavailableError ? 'DATABASE_UNAVAILABLE' : 'NOT_READY';
    return { status: 503, body: { ready: false, reason } };
  }
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' });
  response.end(JSON.stringify(body));
}
