import { systemClock } from './limits/clock.js';
import { RUN_TIMINGS } from './run/control/timings.js';
import { EnrichedRows } from './run/from-code/enriched-rows.js';
import { Enrichment } from './run/from-file/enrichment.js';
import { makePlan } from './run/plan/plan.js';
import type { CallOptions, EnvironmentOption, FileOptions } from './run/settings/enrich-options.js';
import { checkNames } from './run/settings/option-names.js';
import { settingsOfCalls, settingsOfFiles } from './run/settings/settings-of-options.js';
import { environment, processes, self, standardStreams } from './this-process.js';

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
export type EnrichRowOptions = CallOptions & EnvironmentOption;

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
 */
export function enrich(options: EnrichFileOptions): Enrichment;
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
 */
export function enrich<R extends object>(
  rows: Iterable<R> | AsyncIterable<R>,
  options: EnrichRowOptions,
): EnrichedRows<R>;
export function enrich<R extends object>(
  first: EnrichFileOptions | Iterable<R> | AsyncIterable<R>,
  options?: EnrichRowOptions,
): Enrichment | EnrichedRows<R> {
  if (!isIterable(first)) return enrichFile(first);
  const { environment: variables, ...asked } = options ?? { fabric: '' };
  checkNames(asked, 'rows');
  return new EnrichedRows(first, settingsOfCalls(asked, variables ?? environment()), rowsContext());
}

function enrichFile({ environment: variables, ...asked }: EnrichFileOptions): Enrichment {
  checkNames(asked, 'files');
  const settings = settingsOfFiles(asked, variables ?? environment());
  const context = rowsContext();
  const surroundings = {
    standardInput: standardStreams.input,
    processes,
    wallNow: () => context.clock.wallNow(),
  };
  const run = new Enrichment(() => makePlan(settings, surroundings), context);
  queueMicrotask(() => void run.run());
  return run;
}

function rowsContext() {
  return {
    clock: systemClock,
    random: Math.random,
    timings: RUN_TIMINGS,
    processes,
    self: self(),
    standardOutput: standardStreams.output,
  };
}

function isIterable<R>(
  first: EnrichFileOptions | Iterable<R> | AsyncIterable<R>,
): first is Iterable<R> | AsyncIterable<R> {
  return Symbol.iterator in first || Symbol.asyncIterator in first;
}
