import { KEEPS_NOTHING } from '../../checkpoint/keeps-nothing.js';
import type { RunStore } from '../../checkpoint/store.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { RunTally } from '../../monitor/run-tally.js';
import { type Position, START } from '../../rows/row.js';

/**
 * The store of a run whose results are handed to code: they go out in order as they are committed, and nothing is
 * kept from which it could go on.
 *
 * @param give takes the next results in order; resolves when there is room for more.
 */
export function resultsStore(
  tally: RunTally,
  give: (results: readonly FinishedResult[]) => Promise<void>,
): RunStore {
  let position: Position = START;
  return {
    ...KEEPS_NOTHING,
    get position() {
      return position;
    },
    commit: async ({ batch, results }) => {
      for (const result of results) tally.add(result);
      position = batch.end;
      await give(results);
    },
    noteAbandoned: (calls, spent) => tally.addCalls(calls, spent),
    save: () => Promise.resolve(),
    finish: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
