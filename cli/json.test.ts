import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonSyntaxError, parseJson } from './json.ts';

describe('parseJson', () => {
  test('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 2, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseJson(text, 'f')).toEqual(JSON.parse(text));
      }),
    );
  });

  test('accepts exactly what JSON.parse accepts', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b"',
      '"\\u00e9"',
      '"\\x"',
      '"',
      '-',
      '0',
      '01',
      '1.5e3',
      '1.',
      'true',
      'nul',
      'null',
      ' ',
      '\n',
      '/',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), (parts) => {
        const text = parts.join('');
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          expect(() => parseJson(text, 'f')).toThrow(JsonSyntaxError);
          return;
        }
        // A key that is there twice is the one thing that JSON.parse lets pass.
        if (JSON.stringify(expected).length < text.replace(/\s/g, '').length && /"(.)".*"\1"/.test(text)) return;
        expect(parseJson(text, 'f')).toEqual(expected);
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ['', 1, 1, 'the end of the file'],
    ['{\n  "a": 1,\n  "a": 2\n}', 3, 3, 'the key "a" is there twice'],
    ['{"a": {"b": 1, "b": 1}}', 1, 16, 'the key "b" is there twice'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'expected a "," or a "}"'],
    ['{"a": 1,}', 1, 9, 'expected a string in double quotes'],
    ['[1, 2', 1, 6, 'expected a "," or a "]", found the end of the file'],
    ['{"a" 1}', 1, 6, 'expected ":"'],
    ['// note\n{}', 1, 1, 'expected a value, found "/"'],
    ['{"a": NaN}', 1, 7, 'expected a value'],
    ['{"a": "\\q"}', 1, 7, 'escape'],
    ['{} {}', 1, 4, 'expected the end of the file'],
    ['['.repeat(100), 1, 66, 'nested deeper'],
  ])('%j is refused at %i:%i', (text, line, column, problem) => {
    try {
      parseJson(text, 'chains.json');
    } catch (error) {
      expect(error).toMatchObject({ name: 'JsonSyntaxError', line, column, problem: expect.stringContaining(problem) });
      expect((error as Error).message).toContain(`chains.json:${line}:${column}: `);
      return;
    }
    throw new Error('accepted');
  });

  test('a key called __proto__ is a key like any other', () => {
    const value = parseJson('{"__proto__": {"polluted": true}}', 'f') as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect('polluted' in value).toBe(false);
  });
});
