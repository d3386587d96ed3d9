import type { CompletedBatch } from '../batch/batch.js';
import type { Spending } from '../fabric/fabric.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { StepHistory } from '../fabric/step-outcome.js';
import type { Position, Row } from '../rows/row.js';
import type { StepEntry } from './journal/journal-entry.js';

/** What a run keeps while it goes on: what has arrived, and what is committed. */
export interface RunStore extends StepHistory {
  /** After the last row that is committed. */
  readonly position: Position;
  /** Rows that a checkpoint on disk vouches for: what was kept for them may go. */
  readonly rowsVouched: number;
  /** The result of a row that was finished, but not committed, before an interruption. */
  finishedBefore(row: Row): FinishedResult | undefined;
  /** All such results, as far as their rows are not committed since; without what the rows hold. */
  earlierResults(): Iterable<FinishedResult>;
  /** The steps from before an interruption of rows without a result. */
  earlierSteps(): Iterable<StepEntry>;
  /** Resolves when no crash can lose the result; nor what was asked, where equal rows are to have the answer too. */
  record(result: FinishedResult, question?: string): Promise<void>;
  /** Takes the next batch in order. A checkpoint that vouches for it is saved within a second of work. */
  commit(completed: CompletedBatch): Promise<void>;
  /** Calls whose rows have no result, since the run stops, and what they took. */
  noteAbandoned(calls: number, spent?: Spending): void;
  /** Saves a checkpoint, so that the run can go on later. */
  save(): Promise<void>;
  /**
   * All rows are committed: the output appears under its name.
   *
   * @throws OutputDamagedError where its bytes are not those that were written.
   */
  finish(): Promise<void>;
  close(): Promise<void>;
}
