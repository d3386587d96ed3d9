import { stringify } from 'lossless-json';
import { ExactNumber, exactNumbersWritten } from './exact-number.js';
import type { JsonValue } from './json-value.js';

/**
 * A value as `JSON.stringify` writes it, and exact numbers with their digits. Most values hold none: they are written
 * by `JSON.stringify`, which asks each exact number for its JSON, so that one is noticed.
 *
 * @param space as `JSON.stringify` has it.
 */
export function stringifyJson(value: JsonValue | object, space?: number): string {
  const before = exactNumbersWritten();
  const text = JSON.stringify(value, null, space);
  return exactNumbersWritten() === before ? text : (stringify(value, null, space, [DIGITS]) ?? text);
}

const DIGITS = { test: (value: unknown) => value instanceof ExactNumber, stringify: String };
