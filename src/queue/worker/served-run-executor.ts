import type { Executor } from '../../batch/batch.js';
import type { ResultLedger } from '../../batch/result-ledger.js';
import type { CallError, CallErrorKind } from '../../fabric/call-error.js';
import type { AnsweredSteps, Fabric, Inputs } from '../../fabric/fabric.js';
import type { ServiceNotice } from '../../fabric/service-notice.js';
import type { StepStore } from '../../fabric/step-outcome.js';
import type { BudgetEnd } from '../../limits/budget.js';
import type { Row } from '../../rows/row.js';
import type { CallWait } from '../protocol/call-notes.js';
import type { RunCalls } from '../protocol/heartbeat.js';
import type { QueuedRun } from '../protocol/queued-run.js';
import type { FilesElsewhere } from './asked-files.js';

/** What a run's rows need from the queue while they are run; most of it is what a local executor is given. */
export interface RunSinks {
  readonly inputsOf: (row: Row) => Inputs;
  /** Puts results into Redis. */
  readonly ledger: ResultLedger;
  /** Puts what becomes of steps into Redis, and has what became of them on other workers. */
  readonly steps: StepStore;
  /** The answers that a row's steps have from an earlier run. */
  readonly answeredOf: (row: Row) => AnsweredSteps | undefined;
  /** The files of rows, where the coordinator sends them. */
  readonly files: FilesElsewhere;
  /** Hears that a row is tried again. */
  readonly retried: (kind: CallErrorKind, row: number) => void;
  /** Hears for how many ms a call waits, or has waited. */
  readonly waited: (reason: CallWait, ms: number) => void;
  /** Hears what is odd about the service's answers. */
  readonly noticed: (notice: ServiceNotice) => void;
  /** Some worker has had an answer, as far as is known here. */
  readonly answeredBefore: () => boolean;
  readonly isStopped: () => boolean;
  /** Stops the run for everybody, for an error that no row is to blame for. */
  readonly stopRun: (error: CallError) => void;
  /** Stops the run for everybody, since no further call may go out. */
  readonly budgetUsedUp: (end: BudgetEnd) => void;
  /** Aborted when the worker gives the run up: no new calls, no more waiting. Calls in the air may land. */
  readonly signal: AbortSignal;
  /**
   * The outermost layer around a worker's calls: notes that a row is started, so that a row which kills workers
   * is found, and starts no row of a batch that is another worker's by now.
   */
  readonly whileHeld: (next: Fabric) => Fabric;
}

/** A run as a worker has it open: an executor whose calls in the air can be made fewer or more. */
export interface ServedRunExecutor extends Omit<Executor, 'finish'> {
  readonly calls: RunCalls;
  /** From now on, so many calls may be in the air, at least 1; nothing is stopped for it. */
  setShare(calls: number): void;
}

/** Opens a run, with so many calls in the air. */
export type OpenRun = (run: QueuedRun, sinks: RunSinks, calls: number) => Promise<ServedRunExecutor>;
