import { isJsonObject } from '../fabric/http/json-body.js';
import { parseJson } from '../json/parse-json.js';
import type { JsonObject } from '../rows/row.js';
import type { ShardResult } from './batch-service.js';

/** Characters of what is quoted from a result that is no answer. */
export const EXCERPT = 300;

/** An answer may be nested as deep as a live one, and stands in up to two objects more. */
const DEEPEST_LINE = 503;

/** The object in a line of results; undefined for a line without one. */
export function objectInLine(line: string): JsonObject | undefined {
  try {
    const value = parseJson(line, DEEPEST_LINE);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The result of a line that cannot be read, or has no id. */
export function unreadable(line: string): ShardResult {
  return { id: undefined, kind: 'unreadable', text: line.slice(0, EXCERPT) };
}
