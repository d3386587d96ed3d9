import type { Environment } from '../settings/environment.js';
import { SetUpError } from '../settings/set-up-error.js';

/**
 * Refuses to go on without the queue that a run had, where its address was not kept and is not known here: its rows are
 * on it.
 *
 * @param withheld names of options that nobody kept.
 * @throws SetUpError
 */
export function checkWithheldQueue(
  withheld: readonly string[],
  { BATCHAI_QUEUE_URL: url }: Environment,
): void {
  if (!withheld.includes('queue') || (url !== undefined && url !== '')) return;
  throw new SetUpError(
    "this run's queue has a password, which is not kept: set BATCHAI_QUEUE_URL, or give --queue (none: without workers)",
  );
}
