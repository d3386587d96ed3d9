import type { RateLimit } from '../../limits/pace/rate.js';
import type { SelectedInput } from '../../rows/input-selection.js';
import { parseAmount, parseDeadline, parseMinScore, parseScore } from './cost-parsers.js';
import type { CallOptions, FileOptions } from './enrich-options.js';
import type { Environment } from './environment.js';
import { given } from './given.js';
import {
  OptionError,
  parseBadRows,
  parseConcurrency,
  parseCount,
  parseDelimiter,
  parseDuration,
  parseEncoding,
  parseEscape,
  parseFormat,
  parseInputFormat,
  parseInputs,
  parseMaxErrors,
  parseNames,
  parsePriceOption,
  parseQuote,
  parseRate,
} from './option-parsers.js';
import type { RunSettings } from './settings.js';

const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;

/**
 * The settings of a run from file to file, with the documented defaults.
 *
 * @throws OptionError where a value is not what its option takes, or where two options contradict each other.
 */
export function settingsOfFiles(options: FileOptions, environment: Environment): RunSettings {
  if (options.resume && options.overwrite)
    throw new OptionError('--resume and --overwrite contradict each other; give one');
  const { columns, batchSize } = options;
  return {
    ...settingsOfCalls(options, environment),
    input: options.input,
    existing: options.resume ? 'resume' : options.overwrite ? 'overwrite' : 'refuse',
    batchSize: batchSize === undefined ? 50 : count('--batch-size', batchSize),
    outputColumn: options.outputColumn ?? 'ai_output',
    badRows: options.badRows === undefined ? 'stop' : parseBadRows(options.badRows),
    metaColumns: options.metaColumns ?? false,
    escapeFormulas: options.escapeFormulas ?? false,
    ...given({
      output: options.output,
      ...writtenAs(options),
      outputFormat: read(options.outputFormat, parseFormat('--output-format')),
      columns: columns === true ? ('all' as const) : columns === false ? undefined : listOf(columns),
      checkpoint: options.checkpoint,
      deadLetters: options.deadLetters,
      queue: options.queue,
      queuePrefix: options.queuePrefix,
    }),
  };
}

/** How the input is written. */
export type WrittenAs = Pick<
  RunSettings,
  'format' | 'delimiter' | 'encoding' | 'quote' | 'escape' | 'skipLines'
>;

/** @throws OptionError */
export function writtenAs(
  options: Pick<FileOptions, 'format' | 'delimiter' | 'encoding' | 'quote' | 'escape' | 'skipLines'>,
): WrittenAs {
  return given({
    format: read(options.format, parseInputFormat('--format')),
    delimiter: read(options.delimiter, parseDelimiter),
    encoding: read(options.encoding, parseEncoding),
    quote: read(options.quote, parseQuote),
    escape: read(options.escape, parseEscape),
    skipLines: read(options.skipLines, (lines) => count('--skip-lines', lines)),
  });
}

/** What of the settings says how rows are called, wherever they come from. */
export type CallSettings = Omit<
  RunSettings,
  'input' | 'existing' | 'batchSize' | 'outputColumn' | 'badRows' | 'metaColumns' | 'escapeFormulas'
>;

/** @throws OptionError */
export function settingsOfCalls(options: CallOptions, environment: Environment): CallSettings {
  const { cache, attempts, timeout } = options;
  return {
    fabric: options.fabric,
    attempts: attempts === undefined ? 3 : count('--attempts', attempts),
    timeoutMs: timeout === undefined ? 60_000 : durationMs('--timeout', timeout),
    sharesAnswers: options.dedupe ?? true,
    environment,
    ...given({
      concurrency: read(options.concurrency, (value) => parseConcurrency(String(value))),
      rate: read(options.rateLimit, rateOf),
      inputs: read(options.inputs, inputsOf),
      price: read(options.price, (price) => (typeof price === 'string' ? parsePriceOption(price) : price)),
      maxCost: read(options.maxCost, (amount) => parseAmount('--max-cost')(plainNumber(amount))),
      maxCalls: read(options.maxCalls, (calls) => count('--max-calls', calls)),
      deadline: read(options.deadline, (at) => (typeof at === 'string' ? parseDeadline(at) : at)),
      cache: cache === true ? ('usual' as const) : cache === false ? undefined : cache,
      cacheTtlMs: read(options.cacheTtl, (ttl) => durationMs('--cache-ttl', ttl, TEN_YEARS_MS)),
      tiers: tiersOf(options),
      maxErrors: read(options.maxErrors, (most) =>
        typeof most === 'object' ? most : parseMaxErrors(String(most)),
      ),
      limit: read(options.limit, (rows) => count('--limit', rows)),
      baseUrl: options.baseUrl,
    }),
  };
}

/** The tiers that are asked for. */
function tiersOf({ tier = [], minScore: asked, score: scorer }: CallOptions): RunSettings['tiers'] {
  const fabrics = typeof tier === 'string' ? [tier] : tier;
  const minScore = read(asked, (least) => parseMinScore(String(least)));
  const score = read(scorer, (who) => (typeof who === 'string' ? parseScore(who) : who));
  if (fabrics.length === 0) {
    if (minScore === undefined && score === undefined) return undefined;
    throw new OptionError(
      `${score === undefined ? '--min-score' : '--score'} says when a row moves up; say where to with --tier`,
    );
  }
  if (score === undefined)
    throw new OptionError('--tier needs --score: field:<name>, fabric:<judge>, module:<file> or schema');
  // An answer matches its schema or does not.
  if (score.kind === 'schema') return { fabrics, score, minScore: minScore ?? 1 };
  if (minScore === undefined)
    throw new OptionError('--tier needs --min-score: an answer that scores less moves up, such as 0.7');
  return { fabrics, score, minScore };
}

function rateOf(rate: RateLimit | string | number): RateLimit {
  if (typeof rate !== 'object') return parseRate(String(rate));
  if (Number.isInteger(rate.calls) && rate.calls > 0 && rate.perMs > 0) return rate;
  throw new OptionError(`--rate-limit: wanted calls and perMs from 1 up, got ${JSON.stringify(rate)}`);
}

function inputsOf(inputs: NonNullable<CallOptions['inputs']>): readonly SelectedInput[] {
  if (typeof inputs === 'string') return parseInputs(inputs);
  return inputs.flatMap((input) => (typeof input === 'string' ? parseInputs(input) : [input]));
}

/** A number is in ms; of a text, a bare number is seconds. */
function durationMs(option: string, value: number | string, mostMs?: number): number {
  return parseDuration(option, mostMs)(typeof value === 'number' ? `${plainNumber(value)}ms` : value);
}

function count(option: string, value: number | string): number {
  return parseCount(option)(String(value));
}

/** Small numbers as people write them: 0.0000001, not 1e-7. */
function plainNumber(value: number | string): string {
  return typeof value === 'string' || !/e/.test(String(value)) ? String(value) : value.toFixed(20);
}

function listOf(names: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof names === 'string' ? (parseNames(names) ?? ['']) : names;
}

function read<T, U>(value: T | undefined, make: (value: T) => U): U | undefined {
  return value === undefined ? undefined : make(value);
}
