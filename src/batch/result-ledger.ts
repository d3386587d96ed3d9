import type { Spending } from '../fabric/fabric.js';
import type { FinishedResult } from '../fabric/row-result.js';

/**
 * What a run keeps of its rows' results. Whichever executor comes to a result writes it here, once: first `record`, and
 * when that has resolved, `finished`. Executors keep no results themselves.
 */
export interface ResultLedger {
  /**
   * Resolves when no crash can lose the result; the row keeps its call slot until then.
   *
   * @param question what the row asks, where equal rows are to have the answer too, after an interruption as well.
   * @throws where it cannot be written (the disk is full): the run cannot go on.
   */
  record(result: FinishedResult, question?: string): Promise<void>;
  /** Counts a result that is recorded, and tells the run's listeners of it. */
  finished(result: FinishedResult): void;
  /** Counts the calls, and what they took, of rows that were given up because the run stops. */
  abandoned(calls: number, spent?: Spending): void;
}
