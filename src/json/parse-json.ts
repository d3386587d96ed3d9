import { parse } from 'lossless-json';
import { ExactNumber } from './exact-number.js';
import type { JsonValue } from './json-value.js';
import { DEEPEST, isDeeper, NestingError } from './nesting.js';

/**
 * Parses JSON and keeps all digits of its numbers: a number that JavaScript would write differently becomes an
 * ExactNumber. Texts that may hold such numbers are parsed a second time, by lossless-json; others cost one match.
 *
 * @throws SyntaxError where the text is not JSON; its subclass NestingError where it is nested deeper than `deepest`.
 * @example
 * parseJson('{"id":9007199254740993,"n":1}'); // { id: ExactNumber('9007199254740993'), n: 1 }
 */
export function parseJson(text: string, deepest: number = DEEPEST): JsonValue {
  const value = parsePlainJson(text, deepest);
  return MAY_LOSE_DIGITS.test(text) ? parseExactly(text) : value;
}

/**
 * Parses JSON with JavaScript's numbers, for values that are calculated with.
 *
 * @throws SyntaxError, NestingError
 */
export function parsePlainJson(text: string, deepest: number = DEEPEST): JsonValue {
  const value = JSON.parse(text) as JsonValue;
  if (isDeeper(text, deepest)) throw new NestingError(deepest);
  return value;
}

/**
 * Matches a value that begins with 16 digits or more, ends with a zero after a point, has an exponent, is below a
 * millionth, or is a negative zero. All other numbers keep their digits: IEEE 754's doubles hold 15, and ECMA-262
 * (6.1.6.1.20) writes them as JSON does.
 */
const MAY_LOSE_DIGITS =
  /(?:^|[:,[])\s*(?:-?(?:\d[\d.]{15}|\d+\.\d*0(?!\d)|\d+(?:\.\d+)?[eE]|0\.0{6})|-0(?![.\d]))/;

function parseExactly(text: string): JsonValue {
  // Equal numbers of one text are one object, so that Liquid's `uniq` and the like, which compare by identity, work.
  const exact = new Map<string, ExactNumber>();
  const numberOf = (digits: string): number | ExactNumber => {
    const number = Number(digits);
    if (String(number) === digits) return number;
    const known = exact.get(digits) ?? new ExactNumber(digits);
    exact.set(digits, known);
    return known;
  };
  // Of members with the same name the last one counts, as in ECMA-262 (25.5.1).
  return parse(text, undefined, {
    parseNumber: numberOf,
    onDuplicateKey: ({ newValue }) => newValue,
  }) as JsonValue;
}
