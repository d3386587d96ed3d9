import { ExactNumber } from '../../json/exact-number.js';
import type { JsonObject, JsonValue } from '../../json/json-value.js';
import { NestingError } from '../../json/nesting.js';
import { parseJson } from '../../json/parse-json.js';

/** The object that a line of JSONL holds. */
export interface ObjectInLine {
  readonly object: JsonObject;
  /** The line, as JSON. */
  readonly text: string;
  /** True if it has `NaN` or `Infinity`, which are read as text. */
  readonly hasWords: boolean;
}

/** The object of a line, or the problem as text. */
export function objectInLine(line: string, deepest: number): ObjectInLine | string {
  const found = parseObject(line, deepest);
  if (typeof found !== 'string') return { object: found, text: line, hasWords: false };
  if (!MAY_BE_WORDS.test(line)) return found;
  const text = withQuotedWords(line);
  const object = parseObject(text, deepest);
  return typeof object === 'string' ? found : { object, text, hasWords: true };
}

function parseObject(line: string, deepest: number): JsonObject | string {
  let value: JsonValue;
  try {
    value = parseJson(line, deepest);
  } catch (error) {
    if (error instanceof NestingError) return `wanted a JSON object, got one ${error.message}`;
    return `wanted a JSON object, got text that is not JSON (${error instanceof Error ? error.message : String(error)})`;
  }
  if (value instanceof ExactNumber) return 'wanted a JSON object, got a number';
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return `wanted a JSON object, got ${value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`}`;
  }
  return value;
}

const MAY_BE_WORDS = /NaN|Infinity/;

/** Strings, which stay, and the words that Python and others write for numbers that JSON lacks. */
const STRING_OR_WORD = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g;

function withQuotedWords(line: string): string {
  return line.replace(STRING_OR_WORD, (found) => (found.startsWith('"') ? found : `"${found}"`));
}
