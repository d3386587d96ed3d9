/**
 * The deepest nesting of a value in a row or an answer. JavaScript's stack ends at some thousand levels, the JSON readers
 * of Python and ClickHouse at 1,000.
 */
export const DEEPEST = 500;

/** The same for our own files that hold such values: dead letters, journals, results, outputs. */
export const DEEPEST_KEPT = DEEPEST + 20;

/** The JSON is nested too deep. */
export class NestingError extends SyntaxError {
  override readonly name = 'NestingError';
  readonly kind = 'nesting';

  constructor(deepest: number) {
    super(`nested more than ${deepest} deep`);
  }
}

/** True if JSON is nested deeper than `deepest`. The length or the number of brackets settles nearly all texts. */
export function isDeeper(json: string, deepest: number): boolean {
  if (json.length <= 2 * deepest) return false;
  if (countUpTo(json, '[', deepest) + countUpTo(json, '{', deepest) <= deepest) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      if (++depth > deepest) return true;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Counts a character, up to `most` + 1. */
function countUpTo(text: string, character: string, most: number): number {
  let count = 0;
  for (let at = text.indexOf(character); at !== -1 && count <= most; at = text.indexOf(character, at + 1))
    count++;
  return count;
}

/** The index of the quote that closes the string opened at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}
