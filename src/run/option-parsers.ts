import { parsePrice } from '../fabric/price/parse-price.js';
import type { Price } from '../fabric/price/price.js';
import { type RateLimit, readRateLimit } from '../limits/rate.js';
import { FORMATS, type Format, fileKindOfName } from '../rows/format.js';
import type { SelectedInput } from '../rows/input-selection.js';
import type { MaxErrors } from './settings.js';

/** An option's value is not what the option takes. */
export class OptionError extends Error {
  override readonly name = 'OptionError';
  readonly kind = 'option';
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** What a timer can wait, in ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A whole number of at least 1. */
export function parseCount(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
    throw new OptionError(`${option}: wanted a whole number from 1 up, got "${text}"`);
  };
}

/** `60s`, `500ms`, `2m`, `1h`, `3d`; a bare number is seconds. In ms. */
export function parseDuration(option: string, mostMs = LONGEST_TIMER_MS): (text: string) => number {
  return (text) => {
    const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)?$/.exec(text) ?? [];
    const ms = Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
    if (ms >= 1 && ms <= mostMs) return ms;
    throw new OptionError(`${option}: wanted a duration such as 500ms, 60s or 2m, got "${text}"`);
  };
}

/** `100` and `100/min`, `20/s`, `5000/h`, `auto` or `none`. */
export function parseRate(text: string): RateLimit {
  const rate = readRateLimit(text);
  if (rate !== undefined) return rate;
  throw new OptionError(
    `--rate-limit: wanted calls such as 100/min, 20/s, 5000/h, or auto, or none, got "${text}"`,
  );
}

/** Calls in the air, or `auto`. */
export function parseConcurrency(text: string): number | 'auto' {
  return text === 'auto' ? text : parseCount('--concurrency')(text);
}

export function parseFormat(option: string): (text: string) => Format {
  return (text) => {
    const format = FORMATS.find((known) => known === (text === 'ndjson' ? 'jsonl' : text));
    if (format !== undefined) return format;
    throw new OptionError(`${option}: wanted ${FORMATS.join(', ')}, got "${text}"`);
  };
}

/** One character; `\t` and `tab` are understood. */
export function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new OptionError(`--delimiter: wanted one character (not a quote or a line end), got "${text}"`);
}

/** `name,description` or `title=name,text=description`. */
export function parseInputs(text: string): SelectedInput[] {
  const selected = text.split(',').map((part) => {
    const [left = '', ...right] = part.split('=');
    const input = left.trim();
    return { input, column: right.length === 0 ? input : right.join('=').trim() };
  });
  for (const [index, { input, column }] of selected.entries()) {
    if (input === '' || column === '')
      throw new OptionError(`--inputs: wanted columns such as name,text=description, got "${text}"`);
    if (selected.findIndex((other) => other.input === input) !== index) {
      throw new OptionError(`--inputs: the input "${input}" is named twice`);
    }
  }
  return selected;
}

/** `title,tags`. An option that may stand alone takes what follows it, and that may have been meant as the input. */
export function parseColumns(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes(''))
    throw new OptionError(`--columns: wanted names such as title,tags, or none for all, got "${text}"`);
  if (text === '-' || fileKindOfName(text) !== undefined) {
    throw new OptionError(
      `--columns: wanted names such as title,tags, got the file "${text}"; put it before the options, or --columns last`,
    );
  }
  return names;
}

/** `25` rows, or `5%` of those done. */
export function parseMaxErrors(text: string): MaxErrors {
  const [, amount, percent] = /^(\d+(?:\.\d+)?)(%)?$/.exec(text) ?? [];
  const value = Number(amount);
  if (percent === '%' && value <= 100) return { share: value / 100 };
  if (percent === undefined && Number.isInteger(value)) return { rows: value };
  throw new OptionError(`--max-errors: wanted a number of rows or a share such as 5%, got "${text}"`);
}

/** `input=3,output=15,cached=0.3` (a million tokens), `call=0.002`, or `credits=1` (a thousand tokens). */
export function parsePriceOption(text: string): Price {
  const parsed = parsePrice(text);
  if ('price' in parsed) return parsed.price;
  throw new OptionError(`--price: ${parsed.problem}, got "${text}"`);
}

export function parseBadRows(text: string): 'stop' | 'dead-letter' {
  if (text === 'stop' || text === 'dead-letter') return text;
  throw new OptionError(`--bad-rows: wanted stop or dead-letter, got "${text}"`);
}

export function parseName(option: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== '') return text;
    throw new OptionError(`${option}: wanted a name, got an empty one`);
  };
}
