import { ExactNumber } from '../../json/exact-number.js';
import type { JsonObject, JsonValue } from '../../json/json-value.js';
import { NestingError } from '../../json/nesting.js';
import { parseJson, parsePlainJson } from '../../json/parse-json.js';
import { CallError } from '../call-error.js';

/**
 * Parses a body that is a JSON object, with JavaScript's numbers; undefined for any other body.
 *
 * @throws CallError `bad-answer` where it is nested too deep to be worked with.
 */
export function parseJsonObject(body: string): JsonObject | undefined {
  return objectBy(parsePlainJson, body);
}

/** The same with all digits of its numbers, for answers. */
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

/** An excerpt of a body that is not an answer, on one line. */
export function excerptOf(body: string): string {
  // Collapsing blanks shortens the text; this much of it is enough for the excerpt.
  return body
    .slice(0, 20 * EXCERPT_LENGTH)
    .replace(/\s+/g, ' ')
    .slice(0, EXCERPT_LENGTH);
}
