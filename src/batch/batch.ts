import type { FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Position, Row, UnreadableRow } from '../rows/row.js';

/** Consecutive rows: the unit that moves through the pipeline and is committed. */
export interface Batch {
  readonly rows: readonly Row[];
  /** Records between them that could not be parsed; they go to the dead letters with the batch. */
  readonly unreadable: readonly UnreadableRow[];
  /** The place in the input after its last row. */
  readonly end: Position;
  /** What it takes in the input. */
  readonly bytes: number;
  /**
   * Rows of it that an executor has run before an interruption, and that are not in `rows` any more. With them it is
   * the batch that was: an executor that left it elsewhere (on a queue, at a service) finds it again.
   */
  readonly ranBefore?: readonly Row[];
}

/** A batch whose rows all have an answer or a failure. */
export interface CompletedBatch {
  readonly batch: Batch;
  /** One for each of its rows, in order. */
  readonly results: readonly FinishedResult[];
}

/**
 * Runs the rows of batches: in this process, or elsewhere. Executors that spare calls stand around another one.
 *
 * Whoever comes to a result records it in the run's ResultLedger before anything else happens to it. A batch is handed
 * over once, with rows that have no result yet.
 */
export interface Executor {
  /**
   * Resolves when all rows of the batch are finished or, after the run was stopped, abandoned: a result for each of
   * `batch.rows`, in their order. Batches may finish in any order. A row's failure is a result, never a rejection.
   *
   * @throws where nothing can go on (the disk is full).
   */
  run(batch: Batch): Promise<readonly RowResult[]>;
  /** It would be idle soon without another batch. Handing it more than it wants only takes memory. */
  readonly wantsMore: boolean;
  /** Sets who hears when it wants more again. */
  onWant(listener: () => void): void;
  /** Every result is safe, and nothing will be asked for again: what is kept of the run elsewhere goes. */
  finish(): Promise<void>;
  /** Ends the calls in flight, whose rows come back abandoned, and frees what it holds. It may be called again. */
  close(): Promise<void>;
}
