import { parsePrice } from '../../fabric/price/parse-price.js';
import type { Price } from '../../fabric/price/price.js';
import { type RateLimit, readRateLimit } from '../../limits/pace/rate-limit.js';
import { FORMATS, type Format, fileKindOfName, INPUT_FORMATS, type InputFormat } from '../../rows/format.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import type { GoneBatches } from './batch-api-settings.js';
import type { MaxErrors } from './limit-settings.js';
import { parseNameList } from './name-list.js';
import type { QueueFiles } from './queue-files.js';

/**
 * An option's value is not what the option takes.
 *
 * @example
 * if (error instanceof OptionError) console.error(error.message); // --batch-size: wanted a whole number …
 */
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

/** Longest wait of a timer, in ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A whole number of at least 1. */
export function parseCount(option: string, value: number | string): number {
  const number = typeof value === 'number' || /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(number) && number >= 1) return number;
  throw new OptionError(`${option}: wanted a whole number from 1 up, got "${value}"`);
}

/**
 * `60s`, `500ms`, `2m`, `1h`, `3d`; in a text, a bare number is seconds. A number is ms.
 *
 * @returns ms.
 */
export function parseDuration(option: string, value: number | string, mostMs = LONGEST_TIMER_MS): number {
  const ms = typeof value === 'number' ? value : msOf(value);
  if (ms >= 1 && ms <= mostMs) return ms;
  throw new OptionError(`${option}: wanted a duration such as 500ms, 60s or 2m, got "${value}"`);
}

function msOf(text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)?$/.exec(text) ?? [];
  return Number(amount) * (UNIT_MS[unit] ?? Number.NaN);
}

/** `100` and `100/min`, `20/s`, `5000/h`, `auto` or `none`; a number is calls a minute. */
export function parseRate(value: RateLimit | string | number): RateLimit {
  if (typeof value === 'object') {
    if (Number.isInteger(value.calls) && value.calls > 0 && value.perMs > 0) return value;
    throw new OptionError(`--rate-limit: wanted calls and perMs from 1 up, got ${JSON.stringify(value)}`);
  }
  const rate = readRateLimit(String(value));
  if (rate !== undefined) return rate;
  throw new OptionError(
    `--rate-limit: wanted calls such as 100/min, 20/s, 5000/h, or auto, or none, got "${value}"`,
  );
}

/** Calls in flight, or `auto`. */
export function parseConcurrency(value: number | string): number | 'auto' {
  return value === 'auto' ? value : parseCount('--concurrency', value);
}

export function parseFormat(option: string, text: string): Format {
  return parseChoice(option, FORMATS, text === 'ndjson' ? 'jsonl' : text);
}

export function parseInputFormat(option: string, text: string): InputFormat {
  return parseChoice(option, INPUT_FORMATS, text === 'ndjson' ? 'jsonl' : text);
}

function parseChoice<C extends string>(option: string, choices: readonly C[], text: string): C {
  const choice = choices.find((known) => known === text);
  if (choice !== undefined) return choice;
  throw new OptionError(`${option}: wanted ${choices.join(', ')}, got "${text}"`);
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

/** A byte without another meaning in a record. */
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
export function parseInputs(text: string): readonly SelectedInput[] {
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

/** `title,tags`. Commander takes the word after `--columns` as its value, even if it was meant as the input. */
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
function parseNames(text: string): string[] | undefined {
  const names = parseNameList(text);
  return names?.some(({ from }) => from !== undefined)
    ? text.split(',').map((name) => name.trim())
    : names?.map(({ name }) => name);
}

/** `25` rows, or `5%` of those done. */
export function parseMaxErrors(most: MaxErrors | number | string): MaxErrors {
  if (typeof most === 'object') return most;
  const [, amount, percent] = /^(\d+(?:\.\d+)?)(%)?$/.exec(String(most)) ?? [];
  const value = Number(amount);
  if (percent === '%' && value <= 100) return { share: value / 100 };
  if (percent === undefined && Number.isInteger(value)) return { rows: value };
  throw new OptionError(`--max-errors: wanted a number of rows or a share such as 5%, got "${most}"`);
}

/** `input=3,output=15,cached=0.3` (a million tokens), `call=0.002`, or `credits=1` (a thousand tokens). */
export function parsePriceOption(price: Price | string): Price {
  if (typeof price === 'object') return price;
  const parsed = parsePrice(price);
  if ('price' in parsed) return parsed.price;
  throw new OptionError(`--price: ${parsed.problem}, got "${price}"`);
}

export function parseBadRows(text: string): BadRows {
  if (text === 'stop' || text === 'dead-letter' || text === 'fill') return text;
  throw new OptionError(`--bad-rows: wanted stop, dead-letter or fill, got "${text}"`);
}

export function parseGoneBatches(text: string): GoneBatches {
  if (text === 'stop' || text === 'again' || text === 'dead-letter') return text;
  throw new OptionError(`--gone-batches: wanted stop, again or dead-letter, got "${text}"`);
}

export function parseQueueFiles(text: string): QueueFiles {
  if (text === 'send' || text === 'shared') return text;
  throw new OptionError(`--queue-files: wanted send or shared, got "${text}"`);
}

export function parseName(option: string, text: string): string {
  if (text.trim() !== '') return text;
  throw new OptionError(`${option}: wanted a name, got an empty one`);
}
