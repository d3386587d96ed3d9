import type { Liquid } from 'liquidjs';
import { stringifyJson } from '../../json/stringify-json.js';
import { valueText } from './value-text.js';

/** Filters that make text of what they are given. LiquidJS would make "[object Object]" of an object. */
const TEXT_FILTERS = [
  ...['append', 'prepend', 'capitalize', 'downcase', 'upcase', 'slugify', 'truncate', 'truncatewords'],
  ...['strip', 'lstrip', 'rstrip', 'squish', 'strip_html', 'strip_newlines', 'normalize_whitespace'],
  ...['remove', 'remove_first', 'remove_last', 'replace', 'replace_first', 'replace_last', 'split'],
  ...['escape', 'escape_once', 'xml_escape', 'newline_to_br', 'number_of_words'],
  ...['url_encode', 'url_decode', 'cgi_escape', 'uri_escape'],
  ...['base64_encode', 'base64_decode', 'sha256', 'hmac_sha256'],
];
/** Filters that make text of a list's items. */
const JOINING_FILTERS = ['join', 'array_to_sentence_string'];
const JSON_FILTERS = ['json', 'jsonify'];

/** Has an engine's filters see objects as JSON where text is wanted. */
export function mendFilterInputs(engine: Liquid): void {
  for (const name of TEXT_FILTERS) mend(engine, name, jsonOfObject);
  for (const name of JOINING_FILTERS) {
    mend(engine, name, (value) => (Array.isArray(value) ? value.map(jsonOfObject) : jsonOfObject(value)));
  }
  for (const name of JSON_FILTERS) engine.registerFilter(name, jsonWithDigits);
}

function mend(engine: Liquid, name: string, change: (value: unknown) => unknown): void {
  const filter = engine.filters[name];
  if (typeof filter !== 'function') throw new Error(`LiquidJS has no filter ${name} any more`);
  engine.registerFilter(name, function (...values) {
    return filter.apply(this, [change(values[0]), ...values.slice(1)]);
  });
}

function jsonOfObject(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? valueText(value) : value;
}

function jsonWithDigits(value: unknown, space = 0): unknown {
  return typeof value === 'object' && value !== null ? stringifyJson(value, space) : JSON.stringify(value);
}
