import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExactNumber } from '../../src/json/exact-number.js';
import { DEEPEST, NestingError } from '../../src/json/nesting.js';
import { parseJson } from '../../src/json/parse-json.js';
import { stringifyJson } from '../../src/json/stringify-json.js';
import { runs } from '../support/runs.js';

/** Numbers as JSON may write them (RFC 8259, 6), long and short. */
const NUMBER = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9]\d{0,24}$/)),
    fc.oneof(fc.constant(''), fc.stringMatching(/^\.\d{1,24}$/), fc.stringMatching(/^\.0{0,9}\d{1,3}$/)),
    fc.oneof({ weight: 4, arbitrary: fc.constant('') }, fc.stringMatching(/^[eE][-+]?\d{1,3}$/)),
  )
  .map((parts) => parts.join(''));

const BLANK = fc.constantFrom('', ' ', '\t', '\r\n  ');

describe('digits', () => {
  it('of any number stay as they stood, wherever it stands', () => {
    fc.assert(
      fc.property(NUMBER, NUMBER, BLANK, (a, b, blank) => {
        for (const [text, compact] of [
          [`${blank}${a}`, a],
          [`[${blank}${a}${blank},${blank}${b}]`, `[${a},${b}]`],
          [
            `{"n"${blank}:${blank}${a},"s":"${b}","o":{"n":[${blank}${b}]}}`,
            `{"n":${a},"s":"${b}","o":{"n":[${b}]}}`,
          ],
        ] as const) {
          expect(stringifyJson(parseJson(text))).toBe(compact);
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it.each([
    '1.0',
    '1.10',
    '1e400',
    '-0',
    '-0.0',
    '1E5',
    '0.0000001',
    '9007199254740993',
    '12345678901234567890.5',
  ])('of %s make an exact number', (digits) => {
    expect(parseJson(`{"n":${digits}}`)).toEqual({ n: new ExactNumber(digits) });
  });

  it.each([
    '1',
    '-1',
    '0.5',
    '-0.25',
    '123456789012345',
    '0.1234567890123456',
    '9007199254740991',
    '0.000001',
  ])('of %s are those of a plain number', (digits) => {
    expect(parseJson(`{"n":${digits}}`)).toEqual({ n: Number(digits) });
  });

  it('of equal numbers in one text are one object', () => {
    const [a, b] = parseJson('[1.10,1.10]') as [ExactNumber, ExactNumber];

    expect(a).toBe(b);
  });

  it('in strings are text', () => {
    expect(parseJson('{"a":"x, 1.0 [1e5, -0]","1.0":"2"}')).toEqual({ a: 'x, 1.0 [1e5, -0]', '1.0': '2' });
  });
});

describe('a text with exact numbers is otherwise what JSON.parse makes of it', () => {
  it('whatever it holds', () => {
    fc.assert(
      fc.property(fc.json({ stringUnit: 'binary', noUnicodeString: false } as never), (json) => {
        const [value] = parseJson(`[${json},1.0]`) as unknown[];

        expect(stringifyJson(value as object)).toBe(stringifyJson(parseJson(json) as object));
      }),
    );
  });

  it('a name that is there twice has its last value', () => {
    expect(parseJson('{"a":1.0,"b":2,"a":3.0}')).toEqual({ a: new ExactNumber('3.0'), b: 2 });
  });

  it('a member named __proto__ is a member', () => {
    const value = parseJson('{"__proto__":{"x":1.0}}') as object;

    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  it.each(['', '{"a":01.0}', '[1.0,]', '{"a":1.0,}', '[1.0', '1.0.0', "{'a':1.0}", '[1.]', '[NaN,1.0]'])(
    'what is not JSON is none: %s',
    (text) => {
      expect(() => parseJson(text)).toThrow(SyntaxError);
    },
  );
});

describe('nesting', () => {
  const nested = (levels: number, innermost: string) => '['.repeat(levels) + innermost + ']'.repeat(levels);

  it('up to the limit is kept, and written', () => {
    const text = nested(DEEPEST, '1.0');

    expect(stringifyJson(parseJson(text))).toBe(text);
  });

  it.each([1, 2_000, 100_000])('by %d levels more is refused', (more) => {
    expect(() => parseJson(nested(DEEPEST + more, '1.0'))).toThrow(NestingError);
    expect(() => parseJson(nested(DEEPEST + more, '1'))).toThrow(NestingError);
    expect(() =>
      parseJson(`${'{"a":{"b":1},"c":'.repeat(DEEPEST + more)}1${'}'.repeat(DEEPEST + more)}`),
    ).toThrow(NestingError);
  });

  it('is not what stands beside each other, or in strings', () => {
    const many = `[${'[],'.repeat(2_000)}{"a":"${'[{\\"'.repeat(2_000)}"}]`;

    expect(parseJson(many)).toEqual(JSON.parse(many));
  });
});
