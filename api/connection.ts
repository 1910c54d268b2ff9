import { ApiError } from './errors.ts';

export const rowsPerPageDefault = 50;
export const rowsPerPageMax = 500;

/** @throws {ApiError} BAD_USER_INPUT outside 1 to 500. */
export function pageSize(first: number | null | undefined): number {
  const size = first ?? rowsPerPageDefault;
  if (size >= 1 && size <= rowsPerPageMax) return size;
  throw new ApiError(
    'BAD_USER_INPUT',
    `first is ${size}: expected 1 to ${rowsPerPageMax}. Ask for the rest with after.`,
  );
}

/** A cursor names its list and the key of a row in it, so that one of another list is refused. */
export function encodeCursor(list: string, key: number | string): string {
  return Buffer.from(`${list} ${key}`).toString('base64url');
}

/** Null: no cursor. */
export function decodeCursor(list: string, cursor: string | null | undefined): number | null {
  const key = decodeTextCursor(list, cursor, /^\d{1,15}$/);
  return key === null ? null : Number(key[0]);
}

/** A key that is no number: the match of its pattern. Null: no cursor. */
export function decodeTextCursor(
  list: string,
  cursor: string | null | undefined,
  pattern: RegExp,
): RegExpExecArray | null {
  if (cursor === null || cursor === undefined) return null;
  const text = Buffer.from(cursor, 'base64url').toString();
  const key = text.startsWith(`${list} `) ? pattern.exec(text.slice(list.length + 1)) : null;
  if (key !== null) return key;
  throw new ApiError('BAD_USER_INPUT', `after is ${JSON.stringify(cursor)}: expected an endCursor of this same list.`);
}

/** A Relay connection from one row more than asked for. */
export function connection<Row, Node>(
  list: string,
  rows: readonly Row[],
  options: {
    readonly size: number;
    readonly after: string | null | undefined;
    readonly key: (row: Row) => number | string;
    readonly node: (row: Row) => Node;
    readonly seq: number;
    readonly lineage: string;
  },
) {
  const { size, after, key, node, seq, lineage } = options;
  const edges = rows.slice(0, size).map((row) => ({ cursor: encodeCursor(list, key(row)), node: node(row) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: after !== null && after !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    seq,
    lineage,
  };
}
