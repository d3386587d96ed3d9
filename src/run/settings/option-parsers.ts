import { parsePrice } from '../../fabric/price/parse-price.js';
import type { Price } from '../../fabric/price/price.js';
import { type RateLimit, readRateLimit } from '../../limits/pace/rate.js';
import { isKnownEncoding } from '../../rows/decoded-source.js';
import { FORMATS, type Format, fileKindOfName, INPUT_FORMATS, type InputFormat } from '../../rows/format.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import { parseNameList } from './name-list.js';
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
  return oneOf(option, FORMATS);
}

export function parseInputFormat(option: string): (text: string) => InputFormat {
  return oneOf(option, INPUT_FORMATS);
}

function oneOf<F extends string>(option: string, formats: readonly F[]): (text: string) => F {
  return (text) => {
    const format = formats.find((known) => known === (text === 'ndjson' ? 'jsonl' : text));
    if (format !== undefined) return format;
    throw new OptionError(`${option}: wanted ${formats.join(', ')}, got "${text}"`);
  };
}

/** `windows-1252`, `utf-16le` and others that iconv-lite knows. */
export function parseEncoding(text: string): string {
  if (isKnownEncoding(text)) return text;
  throw new OptionError(
    `--encoding: wanted an encoding such as utf-8, utf-16le, windows-1252 or shift_jis, got "${text}"`,
  );
}

/** One character of ASCII, or `none`. */
export function parseQuote(text: string): string {
  if (text === 'none' || isMark(text)) return text;
  throw new OptionError(`--quote: wanted one character such as ", or none, got "${text}"`);
}

/** One character of ASCII. */
export function parseEscape(text: string): string {
  if (isMark(text)) return text;
  throw new OptionError(`--escape: wanted one character such as \\, got "${text}"`);
}

/** A byte that stands for nothing else in a record. */
function isMark(text: string): boolean {
  return /^[!-~]$/.test(text) && !/[A-Za-z0-9]/.test(text);
}

/** One character; `\t` and `tab` are understood. */
export function parseDelimiter(text: string): string {
  const delimiter = text === '\\t' || text === 'tab' ? '\t' : text;
  if (delimiter.length === 1 && !/["\r\n]/.test(delimiter)) return delimiter;
  throw new OptionError(`--delimiter: wanted one character (not a quote or a line end), got "${text}"`);
}

/** `name,description` or `title=name,text=description`. */
export function parseInputs(text: string): SelectedInput[] {
  const names = parseNameList(text);
  if (names === undefined) {
    throw new OptionError(`--inputs: wanted columns such as name,text=description, got "${text}"`);
  }
  const selected = names.map(({ name, from = name }) => ({ input: name, column: from }));
  for (const [index, { input }] of selected.entries()) {
    if (selected.findIndex((other) => other.input === input) !== index) {
      throw new OptionError(`--inputs: the input "${input}" is named twice`);
    }
  }
  return selected;
}

/** `title,tags`. An option that may stand alone takes what follows it, and that may have been meant as the input. */
export function parseColumns(text: string): string[] {
  const names = parseNames(text);
  if (names === undefined)
    throw new OptionError(`--columns: wanted names such as title,tags, or none for all, got "${text}"`);
  if (text === '-' || fileKindOfName(text) !== undefined) {
    throw new OptionError(
      `--columns: wanted names such as title,tags, got the file "${text}"; put it before the options, or --columns last`,
    );
  }
  return names;
}

/** Names with commas between them; undefined where one is empty. */
export function parseNames(text: string): string[] | undefined {
  const names = parseNameList(text);
  return names?.some(({ from }) => from !== undefined)
    ? text.split(',').map((name) => name.trim())
    : names?.map(({ name }) => name);
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

export function parseBadRows(text: string): BadRows {
  if (text === 'stop' || text === 'dead-letter' || text === 'fill') return text;
  throw new OptionError(`--bad-rows: wanted stop, dead-letter or fill, got "${text}"`);
}

export function parseName(option: string): (text: string) => string {
  return (text) => {
    if (text.trim() !== '') return text;
    throw new OptionError(`${option}: wanted a name, got an empty one`);
  };
}
