import { parseAmount, parseCache, parseDeadline, parseMinScore, parseScore } from './cost-parsers.js';
import { DEFAULT_ATTEMPTS, DEFAULT_BATCH_SIZE, DEFAULT_TIMEOUT_MS } from './defaults.js';
import type {
  CallOptions,
  FileOptionTexts,
  InputOptionTexts,
  SelectionOptionTexts,
} from './enrich-options.js';
import type { Environment } from './environment.js';
import type { GivenOptions } from './given-options.js';
import { parseMetaColumns } from './meta-column-names.js';
import {
  OptionError,
  parseBadRows,
  parseColumns,
  parseConcurrency,
  parseCount,
  parseDelimiter,
  parseDuration,
  parseEscape,
  parseFormat,
  parseGoneBatches,
  parseInputFormat,
  parseInputs,
  parseMaxErrors,
  parseName,
  parsePriceOption,
  parseQueueFiles,
  parseQuote,
  parseRate,
} from './option-parsers.js';
import type { RunSettings } from './settings.js';
import { withoutUndefined } from './without-undefined.js';

const TEN_YEARS_MS = 10 * 365 * 24 * 3_600_000;

/**
 * The settings of a run from file to file, with the documented defaults: no other code reads the values that were
 * typed or passed by code.
 *
 * @param withheld names of options that an earlier start was given, and that hold secrets which nobody kept.
 * @throws OptionError where a value is not what its option takes, or where two options contradict each other.
 */
export function settingsOfFiles(
  options: GivenOptions,
  environment: Environment,
  withheld: readonly string[] = [],
): RunSettings {
  if (options.resume && options.overwrite)
    throw new OptionError('--resume and --overwrite contradict each other; give one');
  return {
    batchSize: DEFAULT_BATCH_SIZE,
    ...settingsOfCalls(options, environment),
    ...settingsOfInput(options),
    input: options.input,
    existing: options.resume ? 'resume' : options.overwrite ? 'overwrite' : 'refuse',
    outputColumn: outputColumnOf(options.outputColumn),
    skipsFilled: options.skipFilled ?? false,
    badRows: parseBadRows(options.badRows ?? 'stop'),
    metaColumns: metaColumnsOf(options.metaColumns),
    escapeFormulas: options.escapeFormulas ?? false,
    given: options,
    withheld,
    ...withoutUndefined({
      output: options.output,
      outputFormat: parsed(options.outputFormat, (format) => parseFormat('--output-format', format)),
      columns: columnsOf(options.columns),
      selection: selectionOf(options),
      checkpoint: options.checkpoint,
      deadLetters: options.deadLetters,
      batchApi: batchApiOf(options),
      queue: options.queue,
      queuePrefix: options.queuePrefix,
      queueFiles: parsed(options.queueFiles, parseQueueFiles),
    }),
  };
}

/** Undefined: the answer itself goes nowhere. */
function outputColumnOf(name: string | boolean = true): string | undefined {
  if (name === false) return undefined;
  return parseName('--output-column', name === true ? 'ai_output' : name);
}

/**
 * The rows to call; undefined: all.
 *
 * @throws OptionError
 */
export function selectionOf({ where, sampleRows, seed }: SelectionOptionTexts): RunSettings['selection'] {
  if (seed !== undefined && sampleRows === undefined)
    throw new OptionError('--seed decides which rows --sample-rows draws; give both');
  const rows = parsed(sampleRows, (count) => parseCount('--sample-rows', count));
  const sample = rows === undefined ? undefined : { rows, seed: parseCount('--seed', seed ?? 1) };
  const selection = withoutUndefined({ where, sample });
  return Object.keys(selection).length === 0 ? undefined : selection;
}

/** The settings of the batch API. */
function batchApiOf(options: FileOptionTexts): RunSettings['batchApi'] {
  const { batchApi, detach, batchApiPoll, batchApiRows, batchApiTokens, liveAfter, goneBatches, keepRemote } =
    options;
  const asked = withoutUndefined({
    detach,
    pollMs: parsed(batchApiPoll, (poll) => parseDuration('--batch-api-poll', poll)),
    rows: parsed(batchApiRows, (rows) => parseCount('--batch-api-rows', rows)),
    tokens: parsed(batchApiTokens, (tokens) => parseCount('--batch-api-tokens', tokens)),
    goneBatches: parsed(goneBatches, parseGoneBatches),
    liveAfter: unlessNone(liveAfter, (at) => parseDeadline('--live-after', at)),
    keepRemote,
  });
  if (batchApi === false) return 'off';
  return batchApi === undefined && Object.keys(asked).length === 0 ? undefined : asked;
}

/** How the input is written, and which of its columns are sent. */
export type ReadingSettings = Pick<
  RunSettings,
  'format' | 'delimiter' | 'encoding' | 'quote' | 'escape' | 'skipLines' | 'inputs'
>;

/** @throws OptionError */
export function settingsOfInput(options: InputOptionTexts): ReadingSettings {
  return withoutUndefined({
    format: parsed(options.format, (format) => parseInputFormat('--format', format)),
    delimiter: parsed(options.delimiter, parseDelimiter),
    encoding: options.encoding,
    quote: parsed(options.quote, parseQuote),
    escape: parsed(options.escape, parseEscape),
    skipLines: unlessNone(options.skipLines, (lines) => parseCount('--skip-lines', lines)),
    inputs: parsed(options.inputs, inputsOf),
  });
}

/** The settings of calls, for rows from files and from code. */
export type CallSettings = Omit<
  RunSettings,
  | 'input'
  | 'existing'
  | 'batchSize'
  | 'outputColumn'
  | 'skipsFilled'
  | 'badRows'
  | 'metaColumns'
  | 'escapeFormulas'
  | 'given'
  | 'withheld'
>;

/** @throws OptionError */
export function settingsOfCalls(options: CallOptions, environment: Environment): CallSettings {
  return {
    fabric: options.fabric,
    attempts: DEFAULT_ATTEMPTS,
    timeoutMs: DEFAULT_TIMEOUT_MS,
    sharesAnswers: options.dedupe ?? true,
    environment,
    ...settingsGiven(options),
    ...budgetGiven(options),
    ...limitGiven(options),
    ...withoutUndefined({
      inputs: parsed(options.inputs, inputsOf),
      price: unlessNone(options.price, parsePriceOption),
      deadline: unlessNone(options.deadline, (at) => parseDeadline('--deadline', at)),
      cache: cacheOf(options.cache),
      cacheTtlMs: unlessNone(options.cacheTtl, (ttl) => parseDuration('--cache-ttl', ttl, TEN_YEARS_MS)),
      tiers: tiersOf(options),
    }),
  };
}

/**
 * The settings that a retry takes over from its run where they are not given.
 *
 * @throws OptionError
 */
export function settingsGiven(options: Omit<FileOptionTexts, 'fabric' | 'input'>) {
  return withoutUndefined({
    concurrency: parsed(options.concurrency, parseConcurrency),
    batchSize: parsed(options.batchSize, (rows) => parseCount('--batch-size', rows)),
    rate: parsed(options.rateLimit, parseRate),
    attempts: parsed(options.attempts, (calls) => parseCount('--attempts', calls)),
    timeoutMs: parsed(options.timeout, (timeout) => parseDuration('--timeout', timeout)),
    maxErrors: unlessNone(options.maxErrors, parseMaxErrors),
    baseUrl: options.baseUrl,
  });
}

/**
 * The budget; `none` is one without end.
 *
 * @throws OptionError
 */
export function budgetGiven({ maxCost, maxCalls }: Pick<CallOptions, 'maxCost' | 'maxCalls'>) {
  return withoutUndefined({
    maxCost: orNone(maxCost, (amount) => parseAmount('--max-cost', amount)),
    maxCalls: orNone(maxCalls, (calls) => parseCount('--max-calls', calls)),
  });
}

/**
 * How many rows there are at most; undefined: all.
 *
 * @throws OptionError
 */
export function limitGiven({ limit }: Pick<CallOptions, 'limit'>) {
  return withoutUndefined({ limit: unlessNone(limit, (rows) => parseCount('--limit', rows)) });
}

/** The settings of the tiers. */
function tiersOf(options: CallOptions): RunSettings['tiers'] {
  const { tier = [] } = options;
  const fabrics = [tier].flat().filter((fabric) => fabric !== NONE);
  const minScore = parsed(options.minScore, parseMinScore);
  const score = parsed(options.score, parseScore);
  if (fabrics.length === 0) {
    if (minScore === undefined && score === undefined) return undefined;
    throw new OptionError(
      `${score === undefined ? '--min-score' : '--score'} says when a row moves up; say where to with --tier`,
    );
  }
  if (score === undefined)
    throw new OptionError('--tier needs --score: field:<name>, fabric:<judge>, module:<file> or schema');
  // With a schema, the score is 0 or 1.
  if (score.kind === 'schema') return { fabrics, score, minScore: minScore ?? 1 };
  if (minScore === undefined)
    throw new OptionError('--tier needs --min-score: an answer that scores less moves up, such as 0.7');
  return { fabrics, score, minScore };
}

function inputsOf(inputs: NonNullable<CallOptions['inputs']>): NonNullable<RunSettings['inputs']> {
  if (typeof inputs === 'string') return parseInputs(inputs);
  return inputs.flatMap((input) => (typeof input === 'string' ? parseInputs(input) : [input]));
}

function columnsOf(columns: FileOptionTexts['columns']): RunSettings['columns'] {
  if (typeof columns === 'string') return parseColumns(columns);
  return columns === true ? 'all' : columns === false ? undefined : columns;
}

function metaColumnsOf(columns: FileOptionTexts['metaColumns']): RunSettings['metaColumns'] {
  if (columns === true) return 'all';
  if (columns === undefined || columns === false) return [];
  return parseMetaColumns(typeof columns === 'string' ? columns.split(',') : columns);
}

function cacheOf(cache: CallOptions['cache']): RunSettings['cache'] {
  if (typeof cache === 'string') return cache === NONE ? undefined : parseCache(cache);
  return cache ? 'usual' : undefined;
}

/** Takes back what a resumed run would else have as before. */
const NONE = 'none';

/** Undefined where the option is not given, or given as `none`. */
function unlessNone<T, U>(value: T | undefined, parse: (value: T) => U): U | undefined {
  return value === NONE ? undefined : parsed(value, parse);
}

/** Undefined where the option is not given. */
function orNone<T, U>(value: T | undefined, parse: (value: T) => U): U | typeof NONE | undefined {
  return value === NONE ? NONE : parsed(value, parse);
}

/** Undefined where the option is not given. */
function parsed<T, U>(value: T | undefined, parse: (value: T) => U): U | undefined {
  return value === undefined ? undefined : parse(value);
}
