import { ExactNumber } from './exact-number.js';
import type { JsonValue } from './json-value.js';

/**
 * Converts exact numbers to JavaScript's, for code that calculates with them, such as a schema check; numbers too large
 * become the largest. A value without exact numbers is returned itself.
 */
export function withPlainNumbers(value: JsonValue): JsonValue {
  return withNumbers(value, plainNumber);
}

/**
 * Converts exact numbers for programs: to an equal JavaScript number, or, where there is none, to the text of the digits,
 * as database drivers do.
 */
export function withoutExactNumbers(value: JsonValue): JsonValue {
  return withNumbers(value, (number) => {
    const plain = number.valueOf();
    return Number.isFinite(plain) && number.equals(new ExactNumber(String(plain))) ? plain : number.digits;
  });
}

/** The nearest JavaScript number that is finite. */
export function plainNumber(number: ExactNumber): number {
  const { MAX_VALUE } = Number;
  return Math.min(Math.max(number.valueOf(), -MAX_VALUE), MAX_VALUE);
}

function withNumbers(value: JsonValue, numberOf: (number: ExactNumber) => JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof ExactNumber) return numberOf(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => withNumbers(item, numberOf));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const members = Object.entries(value).map(
    ([name, member]) => [name, withNumbers(member, numberOf)] as const,
  );
  return members.every(([name, member]) => member === value[name]) ? value : Object.fromEntries(members);
}
