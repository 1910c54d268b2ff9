import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { InvariantError } from '../schema/errors.ts';
import type { Client } from './database.ts';

export type CopyValue = string | number | boolean | null;

/** COPY in text format. Numbers are written in their shortest exact form; bytea is given as `\x` and hex. */
export async function copyRows(client: Client, target: string, rows: readonly CopyValue[][]): Promise<void> {
  if (rows.length === 0) return;
  const stream = client.query(copyFrom(`COPY ${target} FROM STDIN`));
  const chunks = function* () {
    let text = '';
    for (const row of rows) {
      for (let i = 0; i < row.length; i++) text += (i === 0 ? '' : '\t') + copyText(row[i] as CopyValue);
      text += '\n';
      if (text.length > 1 << 18) {
        yield text;
        text = '';
      }
    }
    if (text !== '') yield text;
  };
  await pipeline(Readable.from(chunks()), stream);
}

/** A 0x-hex text as COPY and parameters take it for bytea. */
export const byteaText = (hex: string): string => `\\x${hex.slice(2)}`;

function copyText(value: CopyValue): string {
  if (value === null) return '\\N';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new InvariantError(`${value} was to be stored`);
  return String(value);
}

const escapes: { readonly [character: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Most texts are long JSON without any of these: looking is much cheaper than replacing. */
function escaped(text: string): string {
  for (const character in escapes) {
    if (text.includes(character)) return text.replace(/[\\\n\r\t]/g, (found) => escapes[found] as string);
  }
  return text;
}
