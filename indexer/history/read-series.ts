import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { HistoryRefusedError, type Series } from './mapping.ts';

/** One price of a series, or one value of a volatility index. */
export interface Recorded {
  /** Seconds. */
  readonly time: number;
  /** Scaled by 10^RECORDED_DECIMALS; of a volatility index the annualised decimal. */
  readonly value: bigint;
  /** The same scale; null: none is stated. */
  readonly confidence: bigint | null;
}

/** Every price is stored with so many decimals. */
export const RECORDED_DECIMALS = 18;
/** 10 = 1,000 % a year: what is more is given in another unit. */
const VOLATILITY_MAX = 10n * 10n ** BigInt(RECORDED_DECIMALS);
/** After it a time is no time of a price: the year 2100. */
const TIME_MAX = 4_102_444_800;
const PROBLEMS_SHOWN = 10;

type Cells = { readonly [column: string]: unknown } | readonly unknown[];
interface Line {
  readonly place: string;
  readonly cells: Cells;
}

/**
 * The rows of a series by ascending time; rows of one time stay in the order of the file.
 * @param file as it is named in errors
 * @param path where it lies
 * @throws {HistoryRefusedError} naming file and line of the rows that cannot be used.
 */
export function readSeries(file: string, path: string, series: Series): readonly Recorded[] {
  const refuse = (problems: readonly { place: string; problem: string }[], more = 0): never => {
    const rest = more > 0 ? [{ place: 'and', problem: `${more} more rows` }] : [];
    throw new HistoryRefusedError(
      file,
      [...problems, ...rest],
      'Correct these rows or leave them out, or correct the series in the mapping.',
    );
  };
  let lines: readonly Line[];
  try {
    const bytes = readFileSync(path);
    const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    const format = series.format ?? (/\.json(\.gz)?$/.test(path) ? 'json' : 'csv');
    lines = format === 'json' ? jsonLines(text, series) : csvLines(text, series);
  } catch (error) {
    return refuse([{ place: 'the file', problem: (error as Error).message }]);
  }
  const rows: Recorded[] = [];
  const problems: { place: string; problem: string }[] = [];
  let wrong = 0;
  for (const { place, cells } of lines) {
    if (Object.entries(series.where).some(([name, text]) => String(cellOf(cells, name)) !== text)) continue;
    try {
      rows.push(recordedOf(cells, series));
    } catch (error) {
      if (!(error instanceof BadCell)) throw error;
      if (++wrong <= PROBLEMS_SHOWN) problems.push({ place, problem: error.message });
    }
  }
  if (wrong > 0) return refuse(problems, wrong - problems.length);
  if (rows.length === 0) return refuse([{ place: 'the file', problem: 'no row of this series' }]);
  return rows.sort((a, b) => a.time - b.time);
}

class BadCell extends Error {}

function recordedOf(cells: Cells, series: Series): Recorded {
  const stated = series.confidence === undefined ? null : textOf(cells, series.confidence);
  const column = valueColumn(series);
  const decimals = RECORDED_DECIMALS - (series.volatilityUnit === 'percent' ? 2 : series.priceDecimals);
  const value = scaled(textOf(cells, column), decimals, column);
  const what = series.volatility === undefined ? 'a price' : 'a volatility';
  if (value <= 0n) throw new BadCell(`column ${column}: expected ${what} above 0, found ${textOf(cells, column)}`);
  if (series.volatility !== undefined && value > VOLATILITY_MAX) {
    throw new BadCell(
      `column ${column}: expected at most 1,000 % a year, found ${textOf(cells, column)} (unit: ${series.volatilityUnit})`,
    );
  }
  const confidence = stated === null ? null : scaled(stated, decimals, series.confidence as string | number);
  if (confidence !== null && confidence < 0n) {
    throw new BadCell(`column ${series.confidence}: expected a half-width of at least 0, found ${stated}`);
  }
  return { time: timeOf(textOf(cells, series.time), series), value, confidence };
}

function valueColumn({ price, volatility }: Series): string | number {
  return (volatility ?? price) as string | number;
}

function timeOf(text: string, { time: column, timeUnit, addSeconds }: Series): number {
  const seconds =
    timeUnit === 'text'
      ? utcMilliseconds(text) / 1000
      : Number(text || Number.NaN) / (timeUnit === 'seconds' ? 1 : 1000);
  const time = Math.floor(seconds) + addSeconds;
  if (time > 0 && time < TIME_MAX) return time;
  const hint = timeUnit === 'seconds' && seconds >= TIME_MAX ? ' (are these milliseconds?)' : '';
  throw new BadCell(`column ${column}: expected a time as ${timeUnit}, found ${JSON.stringify(text)}${hint}`);
}

/** A text without a zone is UTC, whatever the machine's own zone is. */
function utcMilliseconds(text: string): number {
  const iso = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?)?$/.exec(text.trim());
  if (!iso) return Number.NaN;
  return Date.parse(`${iso[1]}T${iso[2] ?? '00:00'}${iso[3] ?? 'Z'}`);
}

/** A decimal text times 10^decimals, exactly. */
function scaled(text: string, decimals: number, column: string | number): bigint {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts ?? [];
  if (!parts || whole + fraction === '') {
    throw new BadCell(`column ${column}: expected a decimal number, found ${JSON.stringify(text)}`);
  }
  const shift = decimals + Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction);
  const size = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  if (shift < 0 && size * 10n ** BigInt(-shift) !== digits) {
    throw new BadCell(`column ${column}: expected at most ${RECORDED_DECIMALS} decimals, found ${text}`);
  }
  if (size >= 1n << 200n) throw new BadCell(`column ${column}: no price is as large as ${text}`);
  return sign === '-' ? -size : size;
}

function cellOf(cells: Cells, column: string | number): unknown {
  return (cells as { readonly [column: string]: unknown })[column];
}

function textOf(cells: Cells, column: string | number): string {
  const cell = cellOf(cells, column);
  if (typeof cell === 'string' || typeof cell === 'number') return String(cell);
  const known = Array.isArray(cells) ? `indices 0 to ${cells.length - 1}` : Object.keys(cells).join(', ');
  throw new BadCell(`column ${column}: found ${JSON.stringify(cell) ?? 'none'}; there are ${known}`);
}

function csvLines(text: string, series: Series): readonly Line[] {
  const { skipLines, delimiter, time } = series;
  const records = parse(text, {
    info: true,
    bom: true,
    delimiter,
    from_line: skipLines + 1,
    columns: typeof time === 'string' || typeof valueColumn(series) === 'string',
    skip_empty_lines: true,
    trim: true,
  }) as unknown as readonly { readonly info: { readonly lines: number }; readonly record: Cells }[];
  return records.map(({ info, record }) => ({ place: `line ${info.lines}`, cells: record }));
}

function jsonLines(text: string, { at }: Series): readonly Line[] {
  let rows: unknown = JSON.parse(text);
  for (const name of at?.split('.') ?? []) rows = (rows as { [name: string]: unknown } | null)?.[name];
  if (!Array.isArray(rows)) throw new Error(`expected an array of rows at ${at ?? 'the top'}; name its path as "at"`);
  return rows.map((cells: unknown, i) => {
    if (typeof cells !== 'object' || cells === null) throw new Error(`row ${i + 1}: expected an object or an array`);
    return { place: `row ${i + 1}`, cells: cells as Cells };
  });
}
