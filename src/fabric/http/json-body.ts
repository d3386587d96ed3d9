import { ExactNumber } from '../../json/exact-number.js';
import type { JsonObject, JsonValue } from '../../json/json-value.js';
import { NestingError } from '../../json/nesting.js';
import { parseJson, parsePlainJson } from '../../json/parse-json.js';
import { CallError } from '../call-error.js';

/**
 * The object that a body is, with JavaScript's numbers; undefined for whatever else it is.
 *
 * @throws CallError `bad-answer` where it is nested too deep to be worked with.
 */
export function parseJsonObject(body: string): JsonObject | undefined {
  return objectBy(parsePlainJson, body);
}

/** The same with all digits of its numbers, for what of it is an answer. */
export function parseExactObject(body: string): JsonObject | undefined {
  return objectBy(parseJson, body);
}

function objectBy(parse: (body: string) => JsonValue, body: string): JsonObject | undefined {
  try {
    const value = parse(body);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof NestingError) throw new CallError('bad-answer', `the answer is ${error.message}`);
    return undefined;
  }
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof ExactNumber);
}

/** Enough of a body to see what came instead of an answer. */
const EXCERPT_LENGTH = 120;

/** The beginning of a body that is no answer, on one line. */
export function excerptOf(body: string): string {
  // Blanks that are made one make a text shorter: so much of it is enough for the excerpt.
  return body
    .slice(0, 20 * EXCERPT_LENGTH)
    .replace(/\s+/g, ' ')
    .slice(0, EXCERPT_LENGTH);
}
