import { InvariantError } from './errors.ts';

/** What canonical bytes can hold. On-chain integers travel as decimal strings. */
export type Canonical =
  | null
  | boolean
  | number
  | string
  | readonly Canonical[]
  | { readonly [key: string]: Canonical | undefined };

/**
 * Canonical JSON: object keys sorted by UTF-16 code unit, no white space, numbers in the shortest form that reads back
 * to the same double (ECMAScript Number::toString), -0 written as 0, members that are `undefined` left out.
 * Equal values give equal bytes on every machine, so hashes of it can be compared.
 * @throws {InvariantError} for NaN, infinities, bigint, functions: they have no canonical form.
 */
export function canonicalJson(value: Canonical): string {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) throw new InvariantError(`${value} has no canonical form`);
      return value === 0 ? '0' : String(value);
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) {
        let text = '[';
        for (let i = 0; i < value.length; i++) text += (i === 0 ? '' : ',') + canonicalJson(value[i] as Canonical);
        return `${text}]`;
      }
      const record = value as { readonly [key: string]: Canonical | undefined };
      const keys = Object.keys(record).sort();
      let text = '{';
      for (const key of keys) {
        const member = record[key];
        if (member === undefined) continue;
        text += `${text.length === 1 ? '' : ','}${JSON.stringify(key)}:${canonicalJson(member)}`;
      }
      return `${text}}`;
    }
    default:
      throw new InvariantError(`A ${typeof value} has no canonical form`);
  }
}
