import type { JsonObject, JsonValue } from '../../rows/row.js';

/** The object that a body is; undefined for whatever else it is. */
export function parseJsonObject(body: string): JsonObject | undefined {
  try {
    const value = JSON.parse(body) as JsonValue;
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
