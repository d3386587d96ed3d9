import type { GivenOptions } from '../settings/given-options.js';
import { SetUpError } from '../settings/set-up-error.js';
import { withoutUndefined } from '../settings/without-undefined.js';
import type { LastRun } from './last-run.js';

/** The options of a start that goes on with a run. */
export interface ResumedStart {
  readonly options: GivenOptions;
  /** Names of options that the run had, and that nobody kept because they hold a secret. */
  readonly withheld: readonly string[];
}

/**
 * The options that a run had last, and those that are given now in their places.
 *
 * @throws SetUpError where the run's input has passed by.
 */
export function resumedOptions(
  output: string,
  { saved, folder }: LastRun,
  given: Partial<GivenOptions>,
): ResumedStart {
  const { fabric, input, ...others } = { ...saved.options, ...withoutUndefined(given) };
  if (fabric === undefined || input === undefined) {
    throw new SetUpError(
      `the run of ${output} read standard input, which has passed by: start over with --overwrite, or name a file of the same rows with --input`,
    );
  }
  return {
    options: { ...others, fabric, input, output, checkpoint: folder, resume: true },
    withheld: saved.withheld.filter((name) => !Object.hasOwn(others, name)),
  };
}
