import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The parts of `Math` whose result IEEE 754 or integer arithmetic fixes to the bit, and its constants. */
const exact = 'abs|ceil|clz32|floor|fround|imul|max|min|round|sign|sqrt|trunc|PI|LOG2E|SQRT2';
const forbidden: readonly (readonly [pattern: RegExp, why: string])[] = [
  [new RegExp(`\\bMath\\s*(?:\\[|\\.(?!(?:${exact})\\b))`), 'its last bit depends on the engine'],
  [/\bMath\b(?!\s*[.[])/, 'Math under another name'],
  // A bigint's power is an exact integer, and the compiler lets no number mix with it.
  [/(?<!\b\d+n\s*)\*\*/, '`**` of numbers is Math.pow'],
  [/\b(?:Date|performance|Temporal)\b/, 'a clock'],
  [/\b(?:crypto|globalThis)\b/, 'randomness or the world outside'],
  [/\bprocess\b/, 'the environment'],
  [/\b(?:localeCompare|toLocale\w*|Intl)\b/, 'the locale of the machine'],
  [/\b(?:setTimeout|setInterval|setImmediate|fetch|await)\b/, 'the world outside'],
];

function violations(code: string): string[] {
  const bare = code.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
  return forbidden.flatMap(([pattern, why]) => {
    const found = pattern.exec(bare);
    return found === null ? [] : [`${found[0]}: ${why}`];
  });
}

describe('risk/', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'),
  );

  it('reads no clock, randomness, environment or locale and no function with an engine-made last bit', () => {
    expect(files.length).toBeGreaterThan(8);
    const found = files.flatMap((path) =>
      violations(readFileSync(join(import.meta.dirname, path), 'utf8')).map((violation) => `${path}: ${violation}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    'Math.exp(1)',
    'Math.pow(2, 3)',
    'Math.hypot(3, 4)',
    'Math.random()',
    'Math["log"](2)',
    'const { log } = Math;',
    'x ** 2',
    '1e18 ** 2',
    'x0n ** 2',
    '10n ** 2n + 2 ** 3',
    'Date.now()',
    'new Date()',
    'process.env.TZ',
    '"a".localeCompare("b")',
    'x.toLocaleString()',
    'new Intl.Collator()',
  ])('would find %s', (code) => {
    expect(violations(`/** Math.exp */\nexport const y = ${code}; // Date`)).not.toEqual([]);
  });

  it('does not stumble over comments and exact functions', () => {
    expect(
      violations('/** x ** 2, Date.now() */ const y = Math.sqrt(Math.abs(2)) + Number(10n ** 27n); // Math.exp'),
    ).toEqual([]);
  });
});
