import { FatalError } from '../schema/errors.ts';

export class JsonSyntaxError extends FatalError {
  override readonly name = 'JsonSyntaxError';
  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: number,
    readonly problem: string,
  ) {
    super(`${file}:${line}:${column}: ${problem}. Correct ${file} so that it is JSON without comments.`);
  }
}

const depthMax = 64;

/**
 * JSON as RFC 8259 has it, and no key twice in one object: JSON.parse keeps the last silently, and an entry that
 * somebody believes to have set would not count.
 * @throws {JsonSyntaxError} with line and column, both from 1.
 */
export function parseJson(text: string, file: string): unknown {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;

  const fail = (problem: string, position = at): never => {
    const before = text.slice(0, position).split('\n');
    throw new JsonSyntaxError(file, before.length, (before.at(-1) as string).length + 1, problem);
  };
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text)?.[0] ?? null;
    if (match !== null) at += match.length;
    return match;
  };
  const skipSpace = () => take(/[ \t\r\n]*/y);
  const describe = () => (at >= text.length ? 'the end of the file' : JSON.stringify(text[at]));

  const string = (): string => {
    const start = at;
    const literal = take(/"(?:[^"\\\n]|\\.)*"/y);
    if (literal === null) return fail(`expected a string in double quotes on one line, found ${describe()}`);
    try {
      return JSON.parse(literal) as string;
    } catch {
      return fail('this string holds a control character or an escape that JSON does not know', start);
    }
  };

  const value = (depth: number): unknown => {
    if (depth > depthMax) fail(`nested deeper than ${depthMax} levels`);
    skipSpace();
    const first = text[at];
    if (first === '{') return object(depth);
    if (first === '[') return array(depth);
    if (first === '"') return string();
    const literal = take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/y);
    return literal === null ? fail(`expected a value, found ${describe()}`) : JSON.parse(literal);
  };

  const array = (depth: number): unknown[] => {
    at++;
    const members: unknown[] = [];
    skipSpace();
    if (take(/\]/y)) return members;
    do members.push(value(depth + 1));
    while (separated('a "]"', /\]/y));
    return members;
  };

  const object = (depth: number): object => {
    at++;
    const members = new Map<string, unknown>();
    skipSpace();
    if (take(/\}/y)) return {};
    do {
      skipSpace();
      const start = at;
      const key = string();
      if (members.has(key)) fail(`the key ${JSON.stringify(key)} is there twice in one object`, start);
      skipSpace();
      if (!take(/:/y)) fail(`expected ":" after the key ${JSON.stringify(key)}, found ${describe()}`);
      members.set(key, value(depth + 1));
    } while (separated('a "}"', /\}/y));
    return Object.fromEntries(members);
  };

  /** True at a comma, false at the end of the array or object. */
  const separated = (closing: string, end: RegExp): boolean => {
    skipSpace();
    if (take(/,/y)) return true;
    if (take(end)) return false;
    return fail(`expected a "," or ${closing}, found ${describe()}`);
  };

  const result = value(0);
  skipSpace();
  if (at < text.length) fail(`expected the end of the file, found ${describe()}`);
  return result;
}
