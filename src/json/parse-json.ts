import { parse } from 'lossless-json';
import { ExactNumber } from './exact-number.js';
import type { JsonValue } from './json-value.js';
import { DEEPEST, isDeeper, NestingError } from './nesting.js';

/**
 * Parses JSON, with all digits of its numbers: those that a JavaScript number would not give back as they stood are
 * ExactNumbers. Texts that may hold such numbers are parsed a second time, by lossless-json; all others cost a look.
 *
 * @throws SyntaxError where the text is not JSON; NestingError, which is one, where it is nested deeper than allowed.
 */
export function parseJson(text: string, deepest: number = DEEPEST): JsonValue {
  const value = parsePlainJson(text, deepest);
  return MAY_LOSE_DIGITS.test(text) ? parseExactly(text) : value;
}

/**
 * Parses JSON with JavaScript's numbers, for what is counted with.
 *
 * @throws SyntaxError, NestingError
 */
export function parsePlainJson(text: string, deepest: number = DEEPEST): JsonValue {
  const value = JSON.parse(text) as JsonValue;
  if (isDeeper(text, deepest)) throw new NestingError(deepest);
  return value;
}

/**
 * A value begins with 16 digits or more, ends with a zero behind a point, has an exponent, is below a millionth, or is
 * a negative zero. Of what else there is, IEEE 754's doubles keep all digits: they hold 15, and ECMA-262 (6.1.6.1.20)
 * writes them as JSON does.
 */
const MAY_LOSE_DIGITS =
  /(?:^|[:,[])\s*(?:-?(?:\d[\d.]{15}|\d+\.\d*0(?!\d)|\d+(?:\.\d+)?[eE]|0\.0{6})|-0(?![.\d]))/;

function parseExactly(text: string): JsonValue {
  // Equal numbers of one text are one object: what groups by identity, such as Liquid's `uniq`, sees them as equal.
  const exact = new Map<string, ExactNumber>();
  const numberOf = (digits: string): number | ExactNumber => {
    const number = Number(digits);
    if (String(number) === digits) return number;
    const known = exact.get(digits) ?? new ExactNumber(digits);
    exact.set(digits, known);
    return known;
  };
  // Where a name is there twice, the last one counts, as in ECMA-262 (25.5.1).
  return parse(text, undefined, {
    parseNumber: numberOf,
    onDuplicateKey: ({ newValue }) => newValue,
  }) as JsonValue;
}
