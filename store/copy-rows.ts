import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { InvariantError } from '../schema/errors.ts';
import type { Client } from './database.ts';

export type CopyValue = string | number | boolean | null;

/** A longer text is a large object to the engine: to put it together takes several times as long. */
const TEXT_CHARACTERS = 1 << 15;
const CHUNK_BYTES = 1 << 19;

/** COPY in text format. Numbers are written in their shortest exact form; bytea is given as `byteaText` makes it. */
export async function copyRows<Row>(
  client: Client,
  target: string,
  rows: Iterable<Row>,
  values: (row: Row) => readonly CopyValue[],
): Promise<void> {
  await copyLines(client, target, rows, (row) => {
    const cells = values(row);
    let line = '';
    for (let i = 0; i < cells.length; i++) line += (i === 0 ? '' : '\t') + copyText(cells[i] as CopyValue);
    return `${line}\n`;
  });
}

/**
 * COPY in text format of lines that the caller writes: no value of them may need escapes. A line is asked for when it is
 * sent, so that no more than a piece of them lies in memory. Nothing is sent for none.
 */
export async function copyLines<Row>(
  client: Client,
  target: string,
  rows: Iterable<Row>,
  line: (row: Row) => string,
): Promise<void> {
  const chunks = chunksOf(rows, line);
  const first = chunks.next();
  if (first.done) return;
  const stream = client.query(copyFrom(`COPY ${target} FROM STDIN`));
  const all = function* () {
    yield first.value;
    yield* chunks;
  };
  await pipeline(Readable.from(all()), stream);
}

function* chunksOf<Row>(rows: Iterable<Row>, line: (row: Row) => string): Generator<Buffer> {
  let chunk = Buffer.alloc(0);
  let used = 0;
  let text = '';
  for (const row of rows) {
    text += line(row);
    if (text.length < TEXT_CHARACTERS) continue;
    // No UTF-16 code unit takes more than three bytes.
    const most = 3 * text.length;
    if (most > chunk.length - used) {
      if (used > 0) yield chunk.subarray(0, used);
      chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, most));
      used = 0;
    }
    used += chunk.write(text, used);
    text = '';
  }
  if (used > 0) yield chunk.subarray(0, used);
  if (text !== '') yield Buffer.from(text);
}

/** A 0x-hex text as `copyRows` and parameters take it for bytea. */
export const byteaText = (hex: string): string => `\\x${hex.slice(2)}`;
/** A 0x-hex text as a line of `copyLines` holds it for bytea. */
export const byteaInLine = (hex: string): string => `\\\\x${hex.slice(2)}`;

function copyText(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new InvariantError(`${value} was to be stored`);
  return String(value);
}

const escapes: { readonly [character: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Looking is much cheaper than replacing: most texts hold none of these, and bytea only the one it begins with. */
function escaped(text: string): string {
  if (text.includes('\n') || text.includes('\r') || text.includes('\t') || text.includes('\\', 1)) {
    return text.replace(/[\\\n\r\t]/g, (found) => escapes[found] as string);
  }
  return text.startsWith('\\') ? `\\${text}` : text;
}
