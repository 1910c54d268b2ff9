import { InvariantError } from './errors.ts';

/** What canonical bytes can hold. On-chain integers travel as decimal strings. */
export type Canonical =
  | null
  | boolean
  | number
  | string
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined };

type Members = { readonly [key: string]: Canonical | undefined };

/**
 * Canonical JSON: object keys sorted by UTF-16 code unit, no white space, numbers in the shortest form that reads back
 * to the same double (ECMAScript Number::toString), -0 written as 0, members that are `undefined` left out.
 * Equal values give equal bytes on every machine, so hashes of it can be compared.
 * @throws {InvariantError} for NaN, infinities, bigint, functions: they have no canonical form.
 */
export function canonicalJson(value: Canonical): string {
  const ordered = inOrder(value);
  return ordered === unorderable ? write(value) : JSON.stringify(ordered);
}

/** No plain object lists these keys in code-unit order: integers come first, by size. */
const unorderable = Symbol('unorderable');

/** `value` with every object's keys in order, for JSON.stringify, which writes everything else canonically. */
function inOrder(value: Canonical): Canonical | typeof unorderable {
  if (typeof value !== 'object' || value === null) {
    assertCanonical(value);
    return value;
  }
  if (Array.isArray(value)) {
    let copy: Canonical[] | undefined;
    for (let i = 0; i < value.length; i++) {
      const ordered = inOrder(value[i] as Canonical);
      if (ordered === unorderable) return unorderable;
      if (ordered !== value[i]) {
        copy ??= value.slice() as Canonical[];
        copy[i] = ordered;
      }
    }
    return copy ?? value;
  }
  const members = value as Members;
  const keys = Object.keys(members);
  let sorted = true;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const first = key.charCodeAt(0);
    // Only whole numbers: keys that are hex addresses keep their place.
    if ((first >= 48 && first <= 57 && /^\d+$/.test(key)) || key === '__proto__') return unorderable;
    if (i > 0 && (keys[i - 1] as string) > key) sorted = false;
  }
  if (!sorted) keys.sort();
  let copy: { [key: string]: Canonical } | undefined = sorted ? undefined : {};
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string;
    const member = members[key];
    if (member === undefined) continue;
    const ordered = inOrder(member);
    if (ordered === unorderable) return unorderable;
    if (copy === undefined && ordered !== member) copy = { ...(members as { [key: string]: Canonical }) };
    if (copy !== undefined) copy[key] = ordered;
  }
  return copy ?? value;
}

function write(value: Canonical): string {
  if (typeof value !== 'object' || value === null) {
    assertCanonical(value);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(write).join()}]`;
  const members = value as Members;
  return `{${Object.keys(members)
    .sort()
    .filter((key) => members[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${write(members[key] as Canonical)}`)
    .join()}}`;
}

function assertCanonical(value: unknown): asserts value is null | boolean | number | string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value !== 'number') throw new InvariantError(`A ${typeof value} has no canonical form`);
  if (!Number.isFinite(value)) throw new InvariantError(`${value} has no canonical form`);
}
