import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { parse, print } from 'graphql';

export interface Example {
  readonly name: string;
  /** With its leading comment. */
  readonly query: string;
}

/** The operations of examples.graphql, one each, in the order of the file. */
export function exampleQueries(): Example[] {
  const text = readFileSync(new URL('./examples.graphql', import.meta.url), 'utf8');
  return text
    .split(/\n(?=#)/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((query) => {
      const [operation] = parse(query).definitions;
      const name = operation?.kind === 'OperationDefinition' ? operation.name?.value : undefined;
      return { name: name ?? print(parse(query)), query: `${query}\n` };
    });
}

interface Page {
  readonly gzipped: Buffer;
  readonly etag: string;
}

/** Made at the first request: a page of 9 MB without any address outside, which works offline. */
let page: Promise<Page> | null = null;

async function makePage(): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const examples = exampleQueries();
  const html = renderGraphiQL({
    title: 'avsl-indexer',
    ...(examples[0] ? { defaultQuery: examples[0].query } : {}),
    defaultTabs: examples.map(({ query }) => ({ query })),
    subscriptionsProtocol: 'SSE',
    shouldPersistHeaders: false,
  });
  const gzipped = await promisify(gzip)(html);
  return { gzipped, etag: `"${createHash('sha256').update(html).digest('hex').slice(0, 32)}"` };
}

/** A browser asks with GET and wants HTML. GraphiQL keeps its query in the address, so that may hold one. */
export function wantsGraphiql(request: IncomingMessage): boolean {
  return request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
}

export async function sendGraphiql(request: IncomingMessage, response: ServerResponse): Promise<void> {
  page ??= makePage();
  const { gzipped, etag } = await page;
  const headers = {
    etag,
    'cache-control': 'no-cache',
    vary: 'accept, accept-encoding',
    // The browser itself refuses whatever the page might want from elsewhere.
    'content-security-policy':
      "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src 'self' data: blob:; frame-ancestors 'self'",
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
  } else if (/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-encoding': 'gzip' });
    response.end(gzipped);
  } else {
    const { gunzipSync } = await import('node:zlib');
    response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' }).end(gunzipSync(gzipped));
  }
}
