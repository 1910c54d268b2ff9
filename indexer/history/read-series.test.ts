import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { HistoryRefusedError, parseMapping } from './mapping.ts';
import { readSeries } from './read-series.ts';
import { recordedBlocks } from './recorded-chain.ts';

const folder = mkdtempSync(join(tmpdir(), 'avsl-history-'));
afterAll(() => rmSync(folder, { recursive: true }));

const usual = { time: 'unix', timeUnit: 'seconds', price: 'close', asset: 'ETH', heartbeatSeconds: 3600 };

function read(content: string | Buffer, over: object = {}, file = 'prices.csv') {
  const path = join(folder, file);
  writeFileSync(path, content);
  const mapping = parseMapping('m.json', JSON.stringify({ series: { s: { file, ...usual, ...over } } }));
  return readSeries(file, path, mapping.series['s']!);
}

function refusal(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (error instanceof HistoryRefusedError) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

const csv = (...rows: string[]) => `unix,symbol,close,half\n${rows.join('\n')}\n`;
const eth = 10n ** 18n;

describe('readSeries', () => {
  it('reads exact decimals by ascending time, whatever the order of the file', () => {
    expect(read(csv('120,E,2500.10,1', '60,E,1e3,2', '60,E,0.000000000000000001,3'))).toEqual([
      { time: 60, value: 1000n * eth, confidence: null },
      { time: 60, value: 1n, confidence: null },
      { time: 120, value: 2_500_100_000_000_000_000_000n, confidence: null },
    ]);
  });

  it('reads what a source states of its confidence, integers as on chain, and one series of a file of several', () => {
    const rows = csv('60,E,167136330000,5000000', '60,B,2697100000000,1', '72,E,167136330001,0');
    expect(read(rows, { priceDecimals: 8, confidence: 'half', where: { symbol: 'E' } })).toEqual([
      { time: 60, value: 167_136_330_000n * 10n ** 10n, confidence: 5n * 10n ** 16n },
      { time: 72, value: 167_136_330_001n * 10n ** 10n, confidence: 0n },
    ]);
  });

  it.each([
    ['milliseconds', '1627772400000.0', 1_627_772_400],
    ['text', '2021-07-31 23:00:00', 1_627_772_400],
    ['text', '2021-07-31T23:00:00.000Z', 1_627_772_400],
    ['text', '2021-08-01T01:00:00+02:00', 1_627_772_400],
    ['text', '2021-08-01', 1_627_776_000],
  ])('reads times in %s: %s', (timeUnit, text, time) => {
    expect(read(csv(`${text},E,1,1`), { timeUnit })[0]?.time).toBe(time);
    expect(read(csv(`${text},E,1,1`), { timeUnit, addSeconds: 3600 })[0]?.time).toBe(time + 3600);
  });

  it('reads packed files, files behind a preamble, other delimiters, columns by index, and JSON', () => {
    const expected = [{ time: 60, value: 2n * eth, confidence: null }];
    expect(read(gzipSync(csv('60,E,2,1')), {}, 'a.csv.gz')).toEqual(expected);
    expect(read(`made by us\n${csv('60,E,2,1')}`, { skipLines: 1 })).toEqual(expected);
    expect(read('60;x;2\n', { delimiter: ';', time: 0, price: 2 })).toEqual(expected);
    expect(read('{"data":{"p":[[60,2.0]]}}', { at: 'data.p', time: 0, price: 1 }, 'a.json')).toEqual(expected);
    expect(read('[{"unix":60,"close":"2"}]', {}, 'b.json')).toEqual(expected);
  });

  const index = { price: undefined, volatility: 'close', volatilityUnit: 'percent' };

  it('reads a volatility index, in percent or as a decimal, as the annualised decimal', () => {
    const expected = [{ time: 60, value: 1_757_300_000_000_000_000n, confidence: null }];
    expect(read(csv('60,E,175.73,1'), index)).toEqual(expected);
    expect(read(csv('60,E,1.7573,1'), { ...index, volatilityUnit: 'decimal' })).toEqual(expected);
    expect(read('60;x;175.73\n', { ...index, delimiter: ';', time: 0, volatility: 2 })).toEqual(expected);
  });

  it.each([
    [
      'a price and a volatility',
      { volatility: 'close', volatilityUnit: 'percent' },
      'series.s.price: expected a column',
    ],
    ['neither', { price: undefined }, 'series.s.price: expected a column of prices or one of volatilities'],
    ['no unit', { ...index, volatilityUnit: undefined }, 'series.s.volatilityUnit: expected percent or decimal'],
    ['a half-width of a volatility', { ...index, confidence: 'half' }, 'series.s.confidence: expected none'],
  ])('refuses a series of %s', (_, over, expected) => {
    expect(refusal(() => read(csv('60,E,1,1'), over))).toContain(expected);
  });

  it.each([
    [
      'a volatility in percent that is called a decimal',
      csv('60,E,1,1', '61,E,73.5,1'),
      { ...index, volatilityUnit: 'decimal' },
      'line 3: column close: expected at most 1,000 % a year, found 73.5 (unit: decimal)',
    ],
    ['a volatility of zero', csv('60,E,0,1'), index, 'column close: expected a volatility above 0, found 0'],
    [
      'a word for a price',
      csv('60,E,2,1', '61,E,two,1'),
      {},
      'line 3: column close: expected a decimal number, found "two"',
    ],
    ['no price', csv('60,E,,1'), {}, 'line 2: column close: expected a decimal number, found ""'],
    ['a price of zero', csv('60,E,0,1'), {}, 'line 2: column close: expected a price above 0, found 0'],
    ['a negative price', csv('60,E,-1,1'), {}, 'expected a price above 0, found -1'],
    ['a price out of this world', csv('60,E,1e99,1'), {}, 'no price is as large as 1e99'],
    ['digits that would be lost', csv('60,E,0.1234567890123456789,1'), {}, 'expected at most 18 decimals'],
    [
      'a negative half-width',
      csv('60,E,1,-1'),
      { confidence: 'half' },
      'column half: expected a half-width of at least 0',
    ],
    ['milliseconds as seconds', csv('1627772400000,E,1,1'), {}, '(are these milliseconds?)'],
    ['no time', csv(',E,1,1'), {}, 'column unix: expected a time as seconds, found ""'],
    [
      'a date that is none',
      csv('2021-13-40,E,1,1'),
      { timeUnit: 'text' },
      'expected a time as text, found "2021-13-40"',
    ],
    [
      'an unknown column',
      csv('60,E,1,1'),
      { price: 'last' },
      'column last: found none; there are unix, symbol, close, half',
    ],
    ['a short row', csv('60,E,1'), {}, 'Invalid Record Length'],
    ['another series only', csv('60,E,1,1'), { where: { symbol: 'X' } }, 'no row of this series'],
    ['no JSON', '{', { format: 'json' }, 'the file: '],
    ['JSON without rows', '{"a":1}', { format: 'json', at: 'b' }, 'expected an array of rows at b'],
    ['rows that are none', '[1]', { format: 'json' }, 'row 1: expected an object or an array'],
  ])('refuses %s with file and line', (_, content, over, expected) => {
    const message = refusal(() => read(content, over));
    expect(message).toContain('prices.csv cannot be imported');
    expect(message).toContain(expected);
    expect(message).toContain('Nothing was stored.');
  });

  it('names ten bad rows and counts the rest', () => {
    const message = refusal(() => read(csv(...Array.from({ length: 25 }, (_, i) => `${60 + i},E,x,1`))));
    expect(message.match(/line \d+:/g)).toHaveLength(10);
    expect(message).toContain('and: 15 more rows');
  });

  it('refuses a file that is not there, and a mapping with what it does not know', () => {
    const { series } = parseMapping('m.json', JSON.stringify({ series: { s: { file: 'none.csv', ...usual } } }));
    expect(refusal(() => readSeries('none.csv', join(folder, 'none.csv'), series['s']!))).toContain('ENOENT');
    expect(refusal(() => parseMapping('m.json', '{'))).toContain('m.json cannot be imported');
    const wrong = { series: { s: { file: 'a.csv', ...usual, colour: 'red', timeUnit: 'days' } } };
    const message = refusal(() => parseMapping('m.json', JSON.stringify(wrong)));
    expect(message).toContain('series.s.timeUnit');
    expect(message).toContain('series.s: colour is not known here');
  });
});

describe('recordedBlocks', () => {
  const rows = (...times: number[]) => times.map((time) => ({ time, value: BigInt(time), confidence: null }));
  const chain = (...entries: [string, ReturnType<typeof rows>][]) => [...recordedBlocks(new Map(entries))];

  it('makes one block a moment, rows by series, whatever the order of the mapping', () => {
    const blocks = chain(['b', rows(60, 60, 120)], ['a', rows(60, 180)]);
    expect(blocks.map(({ number, timestamp, logs }) => [number, timestamp, logs.length])).toEqual([
      [0, 60, 3],
      [1, 120, 1],
      [2, 180, 1],
    ]);
    expect(chain(['a', rows(60, 180)], ['b', rows(60, 60, 120)])).toEqual(blocks);
    for (const [i, { parentHash }] of blocks.slice(1).entries()) expect(parentHash).toBe(blocks[i]?.hash);
  });

  it('a volatility is another log than a price, and its decimals are its own', () => {
    const [asPrice, asVolatility] = [new Set<string>(), new Set(['a'])].map(
      (volatilities) => [...recordedBlocks(new Map([['a', rows(60)]]), volatilities)][0],
    );
    expect(asVolatility?.hash).not.toBe(asPrice?.hash);
    expect(asVolatility?.logs[0]?.topics[1]).toBe(asPrice?.logs[0]?.topics[1]);
  });

  it('a changed row changes every hash from there on and none before; more rows at the end change none', () => {
    const before = chain(['a', rows(60, 120, 180)]);
    const changed = chain(['a', rows(60, 120, 180).map((row) => (row.time === 120 ? { ...row, value: 7n } : row))]);
    expect(changed.map(({ hash }, i) => hash === before[i]?.hash)).toEqual([true, false, false]);
    expect(chain(['a', rows(60, 120, 180, 240)]).slice(0, 3)).toEqual(before);
  });
});
