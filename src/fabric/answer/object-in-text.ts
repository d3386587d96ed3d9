import { ExactNumber } from '../../json/exact-number.js';
import type { JsonObject, JsonValue } from '../../json/json-value.js';
import { parseJson } from '../../json/parse-json.js';

/** The object that a text holds, or what is wrong with the text, in words that follow "the answer …". */
export type FoundObject =
  | { readonly kind: 'object'; readonly object: JsonObject }
  | { readonly kind: 'problem'; readonly problem: string };

/**
 * Finds the one JSON object in a model's text: the text itself, or what stands in its only fence of JSON, or
 * the outermost object with prose around it. Invalid JSON is not repaired: it counts as no object.
 */
export function objectInText(text: string): FoundObject {
  const whole = parse(text);
  if (whole !== undefined) return objectOf(whole);
  const fenced = [...text.matchAll(FENCE)]
    .map(([, content = '']) => parse(content))
    .filter((value) => value !== undefined);
  const [only, ...others] = fenced;
  return only !== undefined && others.length === 0 ? objectOf(only) : objectInProse(text);
}

/** An answer that has to be an object, and may be a text that holds one. */
export function objectOfAnswer(answer: JsonValue): FoundObject {
  return typeof answer === 'string' ? objectInText(answer) : objectOf(answer);
}

/** Fences stand at the beginnings of lines, where no string of JSON can be. */
const FENCE = /^[ \t]*```[ \t]*\w*[ \t]*\r?\n([\s\S]*?)^[ \t]*```[ \t]*$/gm;

function objectOf(value: JsonValue): FoundObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isObject && !(value instanceof ExactNumber)) return { kind: 'object', object: value };
  return problem(`is ${kindOf(value)}, not a JSON object`);
}

function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (value instanceof ExactNumber) return 'a number';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

function objectInProse(text: string): FoundObject {
  const found: JsonObject[] = [];
  let broken = false;
  let end = 0;
  for (let start = text.indexOf('{'); start !== -1; start = text.indexOf('{', end)) {
    end = endOfObject(text, start);
    if (end === -1) return problem('has a JSON object that never ends');
    const value = parse(text.slice(start, end));
    if (value === undefined) broken = true;
    else if (isInArray(text, start)) return objectOf([value]);
    else if (typeof value === 'object') found.push(value as JsonObject);
  }
  const [object, ...others] = found;
  if (object === undefined) {
    return problem(broken ? 'has a JSON object that cannot be parsed' : `is ${withoutObject(text)}`);
  }
  return others.length === 0
    ? { kind: 'object', object }
    : problem(`has ${found.length} JSON objects, where one is wanted`);
}

/** Characters quoted of a reply without an answer: enough to see what the model said. */
function withoutObject(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return 'an empty text';
  return `text without a JSON object: "${line.slice(0, Math.min(QUOTED, line.length >> 1))}…"`;
}

/** Where the object ends that starts there: behind the brace that closes it; -1 where none does. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let isInString = false;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInString) {
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) isInString = false;
    } else if (code === QUOTE) isInString = true;
    else if (code === OPEN) depth++;
    else if (code === CLOSE && --depth === 0) return at + 1;
  }
  return -1;
}

/** Of a text, in characters. */
const QUOTED = 60;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The list is then what the model answered, not its first object. */
function isInArray(text: string, start: number): boolean {
  let at = start - 1;
  while (at >= 0 && /\s/.test(text.charAt(at))) at--;
  return text[at] === '[';
}

function problem(text: string): FoundObject {
  return { kind: 'problem', problem: text };
}

function parse(text: string): JsonValue | undefined {
  try {
    return parseJson(text.replace('\ufeff', ''));
  } catch {
    return undefined;
  }
}
