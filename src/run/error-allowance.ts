import type { MaxErrors } from './settings.js';

/** A share is not judged on fewer rows than this: one failure in the first three rows says nothing. */
const JUDGED_ROWS = 50;

/**
 * Have more rows failed than `--max-errors` allows?
 *
 * @param failed rows that failed since this process started: a resumed run gets a fresh allowance.
 * @param done rows that have a result.
 * @param look tells how many rows there are, where the input is so small that the look has seen all.
 */
export function exceedsAllowance(
  allowed: MaxErrors,
  failed: number,
  done: { succeeded: number; failed: number },
  look: { whole: boolean; rows: readonly unknown[] },
): boolean {
  if ('rows' in allowed) return failed > allowed.rows;
  const judged = look.whole ? Math.min(JUDGED_ROWS, look.rows.length) : JUDGED_ROWS;
  return failed > allowed.share * Math.max(done.succeeded + done.failed, judged);
}
