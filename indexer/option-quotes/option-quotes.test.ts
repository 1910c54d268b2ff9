import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chainSmile } from '../../risk/volatility/chain-smile.ts';
import { deribitSchema } from '../../schema/chains-config.ts';
import { optionChainReported } from '../sources/deribit.ts';
import { AnswerRefusedError, chainOf, volatilityIndexOf } from './deribit-answer.ts';
import { askDeribit } from './deribit-client.ts';
import { DeribitService, expiryNamed, type Mishap } from './deribit-service.fixture.ts';

const time = 1_750_000_000;
const day = 86_400;
const settings = deribitSchema.parse({ enabled: true });
const never = new AbortController().signal;
let service: DeribitService;

beforeAll(async () => {
  service = await DeribitService.start(time);
});
beforeEach(() => {
  service.mishap = null;
  service.asked.length = 0;
});
afterAll(() => service.stop());

const ask = (deadlineMs = 60_000) => askDeribit({ api: service.api, deadlineMs }, 'ETH', time * 1000, never);

describe('asking Deribit', () => {
  it('takes two requests, and gives the smile that the market prices', async () => {
    const answer = await ask();
    expect(service.asked).toEqual([
      '/api/v2/public/get_book_summary_by_currency?currency=ETH&kind=option',
      `/api/v2/public/get_volatility_index_data?currency=ETH&start_timestamp=${(time - 600) * 1000}&end_timestamp=${time * 1000}&resolution=60`,
    ]);
    if ('problem' in answer) throw new Error(answer.problem);
    expect(answer).toMatchObject({
      indexProblem: null,
      chain: { currency: 'ETH', observedAt: time, volatilityIndex: 73.5 },
    });
    expect(answer.chain.expiries.map(({ expiry }) => expiry)).toEqual(
      service.expiries.map((days) => expiryNamed(time + days * day).expiry),
    );
    const reported = optionChainReported(answer.chain);
    expect(reported.volatilityIndex).toBe(0.735);
    for (const quotes of reported.expiries) {
      const smile = chainSmile(quotes, time);
      // Of the golden smile: at the forward .594, 25-delta put .696, call .579; Deribit's strikes are whole dollars.
      expect(smile.fault).toBeNull();
      expect(smile.atForward).toBeCloseTo(0.594, 2);
      expect(smile.put25 - smile.atForward).toBeGreaterThan(0.05);
    }
  });

  it('does without the volatility index where that fails', async () => {
    service.mishap = (response, request) => {
      service.mishap = null;
      response.writeHead(200).end(JSON.stringify({ result: service.summaries('ETH') }));
      expect(request.url).toContain('get_book_summary');
      service.mishap = (later) => void later.writeHead(503).end();
    };
    expect(await ask()).toMatchObject({ chain: { volatilityIndex: null }, indexProblem: 'it answered HTTP 503' });
  });

  const says =
    (status: number, body: string, headers: { [name: string]: string } = {}): Mishap =>
    (response) =>
      void response.writeHead(status, headers).end(body);
  const summary = (change: object): string =>
    JSON.stringify({ result: service.summaries('ETH').map((row, i) => (i === 3 ? { ...row, ...change } : row)) });
  const failures: [string, () => Mishap, string, number | null][] = [
    ['an error', () => says(500, 'oops'), 'it answered HTTP 500', null],
    [
      'too many requests',
      () => says(429, '{"error":{"code":10028,"message":"too_many_requests"}}', { 'retry-after': '17' }),
      'it answered HTTP 429, error 10028, "too_many_requests"',
      17,
    ],
    [
      'an error as an answer',
      () => says(200, '{"error":{"code":11050,"message":"bad"}}'),
      'HTTP 200, error 11050, "bad"',
      null,
    ],
    ['a page', () => says(200, '<html>busy</html>'), 'it is no JSON: "<html>busy', null],
    ['half of it', () => says(200, summary({}).slice(0, 3000)), 'it is no JSON', null],
    ['another shape', () => says(200, '{"result":{}}'), 'result: ', null],
    ['a text for a price', () => says(200, summary({ bid_price: '0.01' })), 'result.3.bid_price: ', null],
    ['a negative price', () => says(200, summary({ ask_price: -1 })), 'result.3.ask_price: ', null],
    [
      'a price out of this world',
      () => says(200, summary({ underlying_price: 1e30 })),
      'result.3.underlying_price: ',
      null,
    ],
    [
      'microseconds',
      () => says(200, summary({ creation_timestamp: time * 1e6 })),
      'result.3.creation_timestamp: ',
      null,
    ],
    [
      'options on something else',
      () => says(200, JSON.stringify({ result: service.summaries('BTC') })),
      'no option of ETH',
      null,
    ],
    ['nothing', () => says(200, '{"result":[]}'), 'result: 0 instruments', null],
    ['too much', () => (response) => response.end(Buffer.alloc(4_000_001)), 'more than 4000000 bytes', null],
    ['elsewhere', () => says(302, '', { location: 'http://127.0.0.1:1/' }), 'it answered HTTP 302', null],
    ['silence', () => () => {}, 'no answer within 100 ms', null],
    ['half, then silence', () => (response) => void response.write('{"result":['), 'no answer within 100 ms', null],
    ['an end', () => (_, request) => void request.socket.destroy(), 'it cannot be reached', null],
  ];
  it.each(failures)('%s is a problem that names its place, and nothing worse', async (_, mishap, problem, retry) => {
    service.mishap = mishap();
    expect(await ask(problem.includes('100 ms') ? 100 : 60_000)).toEqual({
      problem: expect.stringContaining(problem),
      retryAfterSeconds: retry,
    });
  });
});

describe('an answer', () => {
  const row = (name: string, over: object = {}) => ({
    ...{ instrument_name: name, bid_price: 0.01, ask_price: 0.02, underlying_price: 3000 },
    ...{ creation_timestamp: time * 1000, ...over },
  });
  const name = (days: number, rest = '3000-C') => `ETH-${expiryNamed(time + days * day).name}-${rest}`;
  const of = (...rows: object[]) => chainOf('ETH', JSON.stringify({ result: rows }));

  it('gives three expiries on either side of 30 days, strikes in order, one-sided quotes as 0', () => {
    const chain = of(
      ...[400, 200, 100, 60, 31, 29, 20, 10, 5].map((days) => row(name(days))),
      row(name(29, '2500-P'), { bid_price: null }),
      row(name(29, '2500-C'), { ask_price: undefined }),
    );
    expect(chain.expiries.map(({ expiry }) => Math.round((expiry - time) / day))).toEqual([10, 20, 29, 31, 60, 100]);
    expect(chain.expiries[2]?.strikes).toEqual([
      [2500, 0.01, 0, 0, 0.02],
      [3000, 0.01, 0.02, 0, 0],
    ]);
  });

  it('leaves out what is over, older than 15 minutes, or of another kind; the middle forward stands', () => {
    const chain = of(
      row(name(-1)),
      row(name(29), { underlying_price: 1 }),
      row(name(29, '3100-C')),
      row(name(29, '3200-C'), { underlying_price: 3001 }),
      row(name(29, '3300-C'), { creation_timestamp: time * 1000 - 900_000 }),
      row('ETH-PERPETUAL'),
      row('ETH_USDC-27JUN25-3000-C'),
    );
    expect(chain.expiries.map(({ forward, strikes }) => [forward, strikes.length])).toEqual([[3000, 3]]);
    expect(chain.observedAt).toBe(time);
  });

  it('without a candle has no index, and a senseless one is refused', () => {
    const index = (...data: number[][]) => volatilityIndexOf(JSON.stringify({ result: { data } }));
    expect(index()).toBeNull();
    expect(index([2, 1, 1, 1, 80], [1, 1, 1, 1, 90])).toBe(80);
    expect(() => index([1, 1, 1, 1, 0])).toThrow(AnswerRefusedError);
  });
});

it('is off by default, about BTC and ETH', () => {
  expect(deribitSchema.parse({})).toMatchObject({ enabled: false, markets: { BTC: { currency: 'BTC' }, ETH: {} } });
  expect(settings.api).toBe('https://www.deribit.com/api/v2');
});
