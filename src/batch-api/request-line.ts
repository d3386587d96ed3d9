import { isJsonObject } from '../fabric/http/json-body.js';
import { parseJson } from '../json/parse-json.js';
import { stringifyJson } from '../json/stringify-json.js';

/** What a body begins with, as chat requests are made here. */
const STREAM_BEHIND_MODEL = /^(\{"model":"(?:[^"\\]|\\.)*"),"stream":false(?=[,}])/;
const MODEL_AND_STREAM = /^\{"model":"(?:[^"\\]|\\.)*","stream":false,/;

/** A chat request without `stream`, which batch APIs refuse. */
export function withoutStream(body: string): string {
  const short = body.replace(STREAM_BEHIND_MODEL, '$1');
  return short.length < body.length || !body.includes('"stream"') ? short : without(body, ['stream']);
}

/** The same without its model, where a batch has one for all of its requests. */
export function withoutModel(body: string): string {
  const short = body.replace(MODEL_AND_STREAM, '{');
  return short.length < body.length ? short : without(body, ['stream', 'model']);
}

/** Some readers take these for line ends, and lines would be cut within a text. */
export function escapedLineEnds(json: string): string {
  return SEPARATORS.test(json)
    ? json.replace(ALL_SEPARATORS, (character) => (character === '\u2028' ? '\\u2028' : '\\u2029'))
    : json;
}

const SEPARATORS = /[\u2028\u2029]/;
const ALL_SEPARATORS = /[\u2028\u2029]/g;

function without(body: string, names: readonly string[]): string {
  const value = parseJson(body);
  if (!isJsonObject(value)) return body;
  return stringifyJson(Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name))));
}
