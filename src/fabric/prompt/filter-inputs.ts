import type { Liquid } from 'liquidjs';
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
const DATE_FILTERS = ['date', 'date_to_xmlschema', 'date_to_rfc822', 'date_to_string', 'date_to_long_string'];

/** Has an engine's filters see objects as JSON where text is wanted, and days as the same days on every machine. */
export function mendFilterInputs(engine: Liquid): void {
  for (const name of TEXT_FILTERS) mend(engine, name, jsonOfObject);
  for (const name of JOINING_FILTERS) {
    mend(engine, name, (value) => (Array.isArray(value) ? value.map(jsonOfObject) : jsonOfObject(value)));
  }
  for (const name of DATE_FILTERS) mend(engine, name, dayAtMidnight);
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

/** A day without a time begins in UTC (ECMA-262, 21.4.1.32), and would be the day before to the west of it. */
function dayAtMidnight(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : value;
}
