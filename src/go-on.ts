import type { Answer } from './fabric/fabric.js';
import { libraryContext, planSurroundings } from './library-context.js';
import type { JsonObject } from './rows/row.js';
import { Enrichment } from './run/from-file/enrichment.js';
import { makePlan } from './run/plan/plan.js';
import { makeRetryPlan, type RetrySettings } from './run/retry/plan-retry.js';
import { RetryRun } from './run/retry/retry-run.js';
import { lastRunOf } from './run/saved/last-run.js';
import { resumedOptions } from './run/saved/resumed-options.js';
import { checkWithheldQueue } from './run/saved/withheld.js';
import type { EnvironmentOption, ResumedOptions, RetriedOptions } from './run/settings/enrich-options.js';
import { checkNames, checkOutputName } from './run/settings/option-names.js';
import { settingsGiven, settingsOfFiles } from './run/settings/settings-of-options.js';
import { withoutUndefined } from './run/settings/without-undefined.js';
import { environment } from './this-process.js';

/**
 * Options of a run that is resumed, in the places of those that it had.
 *
 * @example
 * const options: ResumeOptions = { maxCost: 10, concurrency: 20 };
 */
export type ResumeOptions = ResumedOptions & EnvironmentOption;

/**
 * Options of a retry, in the places of those of the run.
 *
 * @example
 * const options: RetryOptions = { kinds: ['timeout', 'server'], rateLimit: '5/s' };
 */
export type RetryOptions = RetriedOptions & EnvironmentOption;

/**
 * Goes on with the run of an output, with the settings that it had last, as `batchai resume` does. It does not matter
 * who began it, a program or the command line. Of a finished run whose input has grown, the new rows are called.
 *
 * @param output of the run, by which it is found
 * @returns the run, which starts by itself, as that of `enrich` does. Its `outcome` also rejects with SetUpError where
 *   there is no such run.
 * @throws OptionError where an option is not what it can be.
 * @typeParam R a row as listeners are given it
 * @typeParam A an answer, as whoever calls says it is
 * @example
 * const { kind, summary } = await resume('described.csv', { maxCost: 10 }).outcome;
 */
export function resume<R extends object = JsonObject, A = Answer>(
  output: string,
  options: ResumeOptions = {},
): Enrichment<R, A> {
  const { environment: variables = environment(), ...given } = options;
  checkOutputName(output);
  checkNames(given, 'resume');
  // What is wrong with one is said before the run is looked for.
  settingsGiven(given);
  const makeResumedPlan = async () => {
    const last = await lastRunOf(output, given.checkpoint);
    const { options: resumed, withheld } = resumedOptions(output, last, given);
    checkWithheldQueue(withheld, variables);
    return makePlan(settingsOfFiles(resumed, variables, withheld), planSurroundings());
  };
  const run = new Enrichment<R, A>(makeResumedPlan, libraryContext());
  queueMicrotask(() => void run.run());
  return run;
}

/**
 * Runs the failed rows of a finished run again, as `batchai retry` does, and puts the answers into their places in the
 * output. A retry that was interrupted goes on.
 *
 * @param output of the run, by which it is found
 * @returns the retry, which starts by itself; `outcome` is how it ends.
 * @throws OptionError where an option is not what it can be.
 * @typeParam R a row as listeners are given it
 * @typeParam A an answer, as whoever calls says it is
 * @example
 * const { kind, summary } = await retry('described.csv', { kinds: 'timeout' }).outcome;
 * console.log(kind, summary.failed, 'rows have failed still');
 */
export function retry<R extends object = JsonObject, A = Answer>(
  output: string,
  options: RetryOptions = {},
): RetryRun<R, A> {
  const { environment: variables = environment(), ...asked } = options;
  checkOutputName(output);
  checkNames(asked, 'retry');
  const { kinds, from, checkpoint, ...given } = asked;
  settingsGiven(given);
  const settings: RetrySettings = {
    output,
    environment: variables,
    given: withoutUndefined(given),
    ...withoutUndefined({
      kinds: typeof kinds === 'string' ? kinds.split(',').map((kind) => kind.trim()) : kinds,
      from,
      checkpoint,
    }),
  };
  const { processes, wallNow } = planSurroundings();
  const again = new RetryRun<R, A>(() => makeRetryPlan(settings, processes, wallNow), libraryContext());
  queueMicrotask(() => void again.outcome);
  return again;
}
