import type { Answer } from './fabric/fabric.js';
import { libraryContext, planSurroundings } from './library-context.js';
import type { JsonObject } from './rows/row.js';
import { EnrichedRows } from './run/from-code/enriched-rows.js';
import { Enrichment } from './run/from-file/enrichment.js';
import { makePlan } from './run/plan/plan.js';
import type { CallOptions, EnvironmentOption, FileOptions } from './run/settings/enrich-options.js';
import { checkNames } from './run/settings/option-names.js';
import { settingsOfCalls, settingsOfFiles } from './run/settings/settings-of-options.js';
import { rateOfLimiter, type SharedLimiter } from './shared-limiter.js';
import { environment } from './this-process.js';

/**
 * Options of a run from file to file.
 *
 * @example
 * const options: EnrichFileOptions = { input: 'products.csv', output: 'described.csv', fabric: 'product-description' };
 */
export type EnrichFileOptions = FileOptions & EnvironmentOption;

/**
 * Options of a run over rows from code.
 *
 * @example
 * const options: EnrichRowOptions = { fabric: './describe.yaml', concurrency: 20, maxCost: 5 };
 */
export type EnrichRowOptions = CallOptions & EnvironmentOption & LimiterOption;

/** A rate that the run shares with others. */
interface LimiterOption {
  /** What `sharedLimiter` returns. Default: the run has a rate of its own alone. */
  readonly limiter?: SharedLimiter;
}

/**
 * Runs a fabric over every row of a file, as `batchai run` does: with a checkpoint, and the same bytes as output. The
 * run starts by itself, once the code that called this has come to an end or waits; listeners are added before.
 *
 * @returns the run; `outcome` is how it ends, and rejects with SetUpError, OptionError, InputError, FabricFileError, CheckpointError or
 * LockHeldError where nothing was called, else with what failed (a full disk), with a checkpoint that resumes. A run
 * that stops early (a wrong key, a budget) does not reject: it has an outcome with a `reason`.
 * @throws OptionError where an option is not what it can be.
 * @example
 * const run = enrich({ input: 'products.csv', output: 'described.csv', fabric: 'product-description', resume: true });
 * const { kind, summary } = await run.outcome;
 *
 * @typeParam R a row as listeners are given it; the values of a CSV are texts. Default: any object.
 * @typeParam A an answer, as for rows from code
 */
export function enrich<R extends object = JsonObject, A = Answer>(
  options: EnrichFileOptions,
): Enrichment<R, A>;
/**
 * Runs a fabric over rows from code, without files: `for await (const result of enrich(rows, { fabric }))`. See
 * EnrichedRows for what the iteration does and throws.
 *
 * @param rows objects; they are handed back as they came, and sent as JSON has them.
 * @throws OptionError where an option is not what it can be.
 * @example
 * for await (const result of enrich(rows, { fabric: 'product-description', rateLimit: '20/s' })) {
 *   if (result.status === 'answered') console.log(result.answer);
 *   else console.error(result.failure.message);
 * }
 *
 * @typeParam R a row
 * @typeParam A an answer. The compiler takes the caller's word for it; a fabric file with `output` has each answer checked,
 *   and one of another shape is a failed row. Default: any JSON.
 */
export function enrich<R extends object, A = Answer>(
  rows: Iterable<R> | AsyncIterable<R>,
  options: EnrichRowOptions,
): EnrichedRows<R, A>;
export function enrich<R extends object, A>(
  first: EnrichFileOptions | Iterable<R> | AsyncIterable<R>,
  options?: EnrichRowOptions,
): Enrichment<R, A> | EnrichedRows<R, A> {
  if (!isIterable(first)) return enrichFile<R, A>(first);
  return enrichRows<R, A>(first, options ?? { fabric: '' });
}

function enrichRows<R extends object, A>(
  rows: Iterable<R> | AsyncIterable<R>,
  { environment: variables, limiter, ...asked }: EnrichRowOptions,
): EnrichedRows<R, A> {
  checkNames(asked, 'rows');
  const known = variables ?? environment();
  const context = libraryContext();
  if (limiter === undefined) return new EnrichedRows<R, A>(rows, settingsOfCalls(asked, known), context);
  const rate = rateOfLimiter(limiter);
  // A rate of its own counts too where it was asked for; that of the fabric file does not.
  const settings = settingsOfCalls({ rateLimit: 'none', ...asked }, known);
  return new EnrichedRows<R, A>(rows, settings, { ...context, joinLimit: () => rate.join() });
}

function enrichFile<R, A>({ environment: variables, ...asked }: EnrichFileOptions): Enrichment<R, A> {
  checkNames(asked, 'files');
  const settings = settingsOfFiles(asked, variables ?? environment());
  const run = new Enrichment<R, A>(() => makePlan(settings, planSurroundings()), libraryContext());
  queueMicrotask(() => void run.run());
  return run;
}

function isIterable<R>(
  first: EnrichFileOptions | Iterable<R> | AsyncIterable<R>,
): first is Iterable<R> | AsyncIterable<R> {
  return Symbol.iterator in first || Symbol.asyncIterator in first;
}
