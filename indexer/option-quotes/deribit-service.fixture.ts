import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { goldenSlice, quotesOf } from '../../risk/volatility/chain-smile.fixture.ts';
import type { SviSlice } from '../../risk/volatility/svi.ts';

/** What befalls a request instead of the answer of the market. */
export type Mishap = (response: ServerResponse, request: IncomingMessage) => void;

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const day = 86_400;

/** The name and the end, 08:00 UTC, of the options that expire on that day. */
export function expiryNamed(time: number): { readonly name: string; readonly expiry: number } {
  const date = new Date(time * 1000);
  const name = `${date.getUTCDate()}${months[date.getUTCMonth()]}${String(date.getUTCFullYear() % 100).padStart(2, '0')}`;
  return { name, expiry: Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate(), 8) / 1000 };
}

/**
 * Deribit's two public methods on the loopback interface, in the shapes that docs.deribit.com documents: a market whose
 * smile is `slice` at every expiry, with premiums in the coin.
 */
export class DeribitService {
  readonly asked: string[] = [];
  /** Seconds: the present of the market. */
  time: number;
  slice: SviSlice = goldenSlice;
  forward = 3000;
  /** Days from `time` on. */
  expiries: readonly number[] = [7, 21, 42, 90];
  mishap: Mishap | null = null;
  readonly #server: Server;

  private constructor(server: Server, time: number) {
    this.#server = server;
    this.time = time;
  }

  static async start(time: number): Promise<DeribitService> {
    const server = createServer((request, response) => service.#serve(request, response));
    const service = new DeribitService(server, time);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get api(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/v2`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://localhost');
    this.asked.push(url.pathname + url.search);
    if (this.mishap) {
      this.mishap(response, request);
      return;
    }
    const currency = url.searchParams.get('currency');
    const of = (name: string) => Number(url.searchParams.get(name) ?? Number.NaN);
    if (url.pathname === '/api/v2/public/get_book_summary_by_currency' && url.searchParams.get('kind') === 'option') {
      answer(response, 200, { result: this.summaries(currency ?? '') });
    } else if (
      url.pathname === '/api/v2/public/get_volatility_index_data' &&
      url.searchParams.get('resolution') === '60' &&
      of('start_timestamp') < of('end_timestamp')
    ) {
      const candle = (minutes: number) => [(this.time - 60 * minutes) * 1000, 71, 74, 70, 73 + 0.5 / (1 + minutes)];
      answer(response, 200, { result: { data: [candle(1), candle(0)], continuation: null } });
    } else {
      answer(response, 400, { error: { code: -32602, message: 'Invalid params', data: { reason: 'wrong' } } });
    }
  }

  summaries(currency: string): { [name: string]: unknown }[] {
    return this.expiries.flatMap((days) => {
      const { name, expiry } = expiryNamed(this.time + days * day);
      const years = (expiry - this.time) / (365 * day);
      const scale = years / (30 / 365);
      const { a, b, rho, m, s } = this.slice;
      // The same smile over standard deviations.
      const root = Math.sqrt(scale);
      const slice = { a: a * scale, b: b * root, rho, m: m * root, s: s * root };
      const quotes = quotesOf(slice, {
        expiry,
        observedAt: this.time,
        forward: this.forward,
        reach: 0.6 * root,
      });
      return quotes.strikes.flatMap(({ strike, callBid, callAsk, putBid, putAsk }) => {
        const option = (kind: string, bid: number, ask: number) => ({
          instrument_name: `${currency}-${name}-${Math.round(strike)}-${kind}`,
          base_currency: currency,
          bid_price: bid / this.forward,
          ask_price: ask / this.forward,
          underlying_price: this.forward,
          underlying_index: `SYN.${currency}-${name}`,
          creation_timestamp: this.time * 1000 + 137,
          ...{ interest_rate: 0, mark_price: 0.1, mid_price: null, open_interest: 3.5, volume: 0, high: null },
        });
        return [option('C', callBid, callAsk), option('P', putBid, putAsk)];
      });
    });
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', usIn: 1, usOut: 2, usDiff: 1, testnet: false, ...body }));
}
