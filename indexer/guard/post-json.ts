import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

export interface Reply {
  readonly status: number;
  readonly body: string;
  /** As they came, compressed or not. */
  readonly bytes: number;
  readonly retryAfterMs: number | undefined;
}

export class ReplyTooLargeError extends Error {
  override readonly name = 'ReplyTooLargeError';
}

/** The node had closed a kept connection before the request came: no fault of its. */
class StaleConnectionError extends Error {
  override readonly name = 'StaleConnectionError';
}

const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
const decoders = { gzip: createGunzip, deflate: createInflate, br: createBrotliDecompress } as const;

/** @throws when no complete answer comes within `timeoutMs`; its message may hold the address, not the URL. */
export async function postJson(
  url: URL,
  body: string,
  limits: { readonly timeoutMs: number; readonly bytesMax: number },
  signal?: AbortSignal,
): Promise<Reply> {
  const deadline = AbortSignal.timeout(limits.timeoutMs);
  try {
    const either = signal ? AbortSignal.any([signal, deadline]) : deadline;
    return await exchange(url, body, limits.bytesMax, either).catch((error: unknown) => {
      if (!(error instanceof StaleConnectionError)) throw error;
      return exchange(url, body, limits.bytesMax, either);
    });
  } catch (error) {
    if (deadline.aborted) throw new Error(`no complete answer in ${limits.timeoutMs} ms`);
    throw error;
  }
}

function exchange(url: URL, body: string, bytesMax: number, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    let answered = false;
    const secure = url.protocol === 'https:';
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      {
        method: 'POST',
        agent: agents[secure ? 'https:' : 'http:'],
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          accept: 'application/json',
          'accept-encoding': 'gzip, deflate, br',
        },
        signal,
      },
      (response) => {
        answered = true;
        receive(response, bytesMax).then(resolve, reject);
      },
    );
    request.once('error', (error: NodeJS.ErrnoException) => {
      const isStale = request.reusedSocket && error.code === 'ECONNRESET' && !answered;
      reject(isStale ? new StaleConnectionError(error.message) : error);
    });
    request.end(body);
  });
}

async function receive(response: IncomingMessage, bytesMax: number): Promise<Reply> {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const encoding = response.headers['content-encoding']?.trim() ?? '';
  const decoder = Object.hasOwn(decoders, encoding) ? decoders[encoding as keyof typeof decoders]() : null;
  const source = decoder ?? response;
  if (decoder) {
    response.once('error', (error) => decoder.destroy(error));
    response.pipe(decoder);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += (chunk as Buffer).length;
    if (size > bytesMax) {
      response.destroy();
      throw new ReplyTooLargeError(`the answer is larger than ${bytesMax} bytes`);
    }
    chunks.push(chunk as Buffer);
  }
  return {
    status: response.statusCode ?? 0,
    // The protocol is ASCII but for messages: the cheaper decoding of long answers.
    body: Buffer.concat(chunks).toString(size > 65_536 ? 'latin1' : 'utf8'),
    bytes,
    retryAfterMs: retryAfterMs(response.headers['retry-after']),
  };
}

function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && seconds > 0 ? Math.min(seconds, 300) * 1000 : undefined;
}
