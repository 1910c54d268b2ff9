import net from 'node:net';
import { FatalError, RetryableError } from '../schema/errors.ts';

const answerMsMax = 120_000;
const headEnd = Buffer.from('\r\n\r\n');

export class DevnetUnreachableError extends RetryableError {
  override readonly name = 'DevnetUnreachableError';
  constructor(
    readonly url: string,
    cause: unknown,
  ) {
    super(`The devnet node at ${url} does not answer. Start the devnet again.`, { cause });
  }
}

export class DevnetRpcError extends FatalError {
  override readonly name = 'DevnetRpcError';
  constructor(
    readonly method: string,
    readonly url: string,
    readonly found: unknown,
  ) {
    super(`${method} at the devnet node ${url} failed: ${JSON.stringify(found)}; expected a result.`);
  }
}

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/**
 * JSON-RPC to one node. Requests are executed in the order in which they are made, each after the one before it,
 * without waiting for answers in between: HTTP/1.1 pipelining over one connection. Thousands are made for a history.
 */
export class RpcClient {
  readonly url: string;
  readonly #port: number;
  #connection: Connection | null = null;

  constructor(port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#port = port;
  }

  async call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    return (await this.batch([{ method, params }]))[0];
  }

  /** Results in the order of the calls. The node may execute them in any order. */
  async batch(calls: readonly RpcCall[]): Promise<readonly unknown[]> {
    if (calls.length === 0) return [];
    const text = await this.#post(
      JSON.stringify(calls.map(({ method, params }, id) => ({ jsonrpc: '2.0', id, method, params }))),
    );
    const answers = JSON.parse(text) as readonly { id: number; result?: unknown; error?: unknown }[];
    const results: unknown[] = new Array(calls.length);
    for (const answer of Array.isArray(answers) ? answers : []) {
      if (answer.error !== undefined)
        throw new DevnetRpcError(calls[answer.id]?.method ?? 'batch', this.url, answer.error);
      results[answer.id] = answer.result;
    }
    if (!Array.isArray(answers) || answers.length !== calls.length)
      throw new DevnetRpcError('batch', this.url, answers);
    return results;
  }

  close(): void {
    this.#connection?.end(new Error('closed'));
  }

  async #post(body: string): Promise<string> {
    try {
      if (this.#connection === null || this.#connection.hasEnded) this.#connection = new Connection(this.#port);
      return await this.#connection.post(body);
    } catch (cause) {
      throw new DevnetUnreachableError(this.url, cause);
    }
  }
}

class Connection {
  readonly #socket: net.Socket;
  readonly #waiting: { readonly resolve: (body: string) => void; readonly reject: (cause: unknown) => void }[] = [];
  /** Not answered in full yet: its bytes, how many there are, and how many the first answer has; 0: not known. */
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #answerBytes = 0;
  hasEnded = false;

  constructor(port: number) {
    this.#socket = net.connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.end(error));
    this.#socket.on('close', () => this.end(new Error('the node has closed the connection')));
    this.#socket.setTimeout(answerMsMax, () => {
      if (this.#waiting.length > 0) this.end(new Error(`no answer within ${answerMsMax} ms`));
    });
  }

  post(body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) this.#socket.ref();
      this.#waiting.push({ resolve, reject });
      // What is asked for at once leaves in one piece.
      if (this.#socket.writableCorked === 0) {
        this.#socket.cork();
        process.nextTick(() => this.#socket.uncork());
      }
      this.#socket.write(
        'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n' +
          `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  }

  end(cause: Error): void {
    this.hasEnded = true;
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(cause);
  }

  #read(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    while (this.#receivedBytes > 0 && this.#receivedBytes >= this.#answerBytes) {
      const received = this.#received.length === 1 ? (this.#received[0] as Buffer) : Buffer.concat(this.#received);
      this.#received = [received];
      const headBytes = received.indexOf(headEnd) + headEnd.length;
      if (headBytes < headEnd.length) return;
      const bodyBytes = /\r\ncontent-length: (\d+)/i.exec(received.toString('latin1', 0, headBytes))?.[1];
      if (bodyBytes === undefined) {
        this.end(new Error('an answer without a content-length'));
        return;
      }
      this.#answerBytes = headBytes + Number(bodyBytes);
      if (received.length < this.#answerBytes) return;
      const body = received.toString('utf8', headBytes, this.#answerBytes);
      const rest = received.subarray(this.#answerBytes);
      this.#received = rest.length === 0 ? [] : [rest];
      this.#receivedBytes = rest.length;
      this.#answerBytes = 0;
      this.#waiting.shift()?.resolve(body);
      if (this.#waiting.length === 0) this.#socket.unref();
    }
    // The node holds an answer back until the one before it is acknowledged, which the system puts off for 40 ms unless it
    // has something to send. A server passes over empty lines before a request (RFC 9112, 2.2).
    if (this.#waiting.length > 0) this.#socket.write('\r\n');
  }
}
