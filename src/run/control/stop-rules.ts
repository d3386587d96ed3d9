import type { MaxErrors } from '../settings/limit-settings.js';

/** A share is not judged on fewer rows than this: one failure in the first three rows says nothing. */
const JUDGED_ROWS = 50;

/**
 * Have more rows failed than `--max-errors` allows?
 *
 * @param failed rows that failed since this process started: a resumed run gets a fresh allowance.
 * @param done rows that have a result.
 * @param rowsKnown how many rows there are, where that is known.
 */
export function exceedsAllowance(
  allowed: MaxErrors,
  failed: number,
  done: { succeeded: number; failed: number },
  rowsKnown: number | undefined,
): boolean {
  if ('rows' in allowed) return failed > allowed.rows;
  const judged = Math.min(JUDGED_ROWS, rowsKnown ?? JUDGED_ROWS);
  return failed > allowed.share * Math.max(done.succeeded + done.failed, judged);
}
