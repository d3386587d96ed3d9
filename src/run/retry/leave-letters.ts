import { join } from 'node:path';
import { openLazyFile } from '../../checkpoint/append-file.js';
import type { Vouched } from '../../checkpoint/file-sum.js';
import { publish, removeForGood } from '../../checkpoint/publish.js';
import type { RunTally } from '../../monitor/run-tally.js';
import { type RetryPlan, readLetters } from './plan-retry.js';
import { resultsInOrder } from './results.js';

/**
 * Leaves the letters that were not tried, and the new ones of those that failed again. The file is replaced
 * whole; it goes where no letter is left.
 *
 * @param tally hears of every letter that is left.
 * @returns what is in the file then.
 */
export async function leaveLetters(plan: RetryPlan, results: string, tally: RunTally): Promise<Vouched> {
  const partial = join(plan.retryFolder, 'letters.partial');
  const file = await openLazyFile(partial, 0);
  const tried = resultsInOrder(results);
  let left: Vouched;
  try {
    for await (const { letter, text } of readLetters(plan.deadLetters)) {
      const result = await tried.of(letter.row);
      if (result !== undefined && 'answer' in result) continue;
      tally.addLeft(letter.row, result === undefined ? letter.error : result);
      await file.append(result === undefined ? `${text}\n` : result.letter);
    }
    left = await file.write();
    await file.sync();
  } finally {
    await file.close();
  }
  if (left.bytes === 0) await removeForGood(plan.deadLetters);
  else await publish(partial, plan.deadLetters);
  return left;
}
