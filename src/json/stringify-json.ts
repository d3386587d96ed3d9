import { stringify } from 'lossless-json';
import { ExactNumber, exactNumbersWritten } from './exact-number.js';
import type { JsonValue } from './json-value.js';

/**
 * Writes JSON as `JSON.stringify` does, but exact numbers with their digits. Most values hold none and need only
 * `JSON.stringify`: it calls `toJSON` of each exact number, which shows that there is one.
 *
 * @param space as in `JSON.stringify`.
 */
export function stringifyJson(value: JsonValue | object, space?: number): string {
  const before = exactNumbersWritten();
  const text = JSON.stringify(value, null, space);
  return exactNumbersWritten() === before ? text : (stringify(value, null, space, [DIGITS]) ?? text);
}

const DIGITS = { test: (value: unknown) => value instanceof ExactNumber, stringify: String };
