import type { ResultLedger } from '../../batch/result-ledger.js';
import type { CallError, CallErrorKind } from '../../fabric/call-error.js';
import type { AnsweredSteps, Inputs } from '../../fabric/fabric.js';
import type { ServiceNotice } from '../../fabric/service-notice.js';
import type { StepHistory } from '../../fabric/step-outcome.js';
import type { BudgetEnd } from '../../limits/budget.js';
import type { Row } from '../../rows/row.js';
import type { CallWait } from '../protocol/call-notes.js';
import type { QueueError } from '../protocol/queue-error.js';
import type { CoordinatorEvent } from '../protocol/queue-news.js';
import type { QueuedRun } from '../protocol/queued-run.js';
import type { QueueTimings } from '../protocol/timings.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import type { QueuedBudget } from './budget-watch.js';
import type { FilesToSend } from './file-sender.js';
import type { QueueWindow } from './outstanding.js';

/** What a coordinator reports of its run; of calls, when some result comes in from their worker. */
export interface QueuedRunWatch {
  /** Another call is made for a row. */
  callRetried?(kind: CallErrorKind, row: number): void;
  /** For how many ms calls of a worker have waited. */
  waiting?(reason: CallWait, ms: number): void;
  /** What is odd about the service's answers: each thing once, however many workers meet it. */
  notice?(notice: ServiceNotice): void;
  queue?(news: CoordinatorEvent): void;
}

export interface QueueExecutorOptions {
  readonly connection: QueueConnection;
  readonly run: QueuedRun;
  /** Tells this coordinator from all others, for ever. */
  readonly token: string;
  readonly inputsOf: (row: Row) => Inputs;
  readonly ledger: ResultLedger;
  /** Where the steps of rows are kept, and those from before an interruption are. */
  readonly steps: Pick<StepHistory, 'stepsOf' | 'recordStep'>;
  /** The answers that a row's steps have from an earlier run. */
  readonly answeredOf?: (row: Row) => AnsweredSteps | undefined;
  /** Hears of a row that was started, when its result comes in. */
  readonly started?: (row: Row) => void;
  readonly watch?: QueuedRunWatch;
  /** A worker met an error that no row is to blame for, or one of its own: the run stops. */
  readonly stopRun: (error: CallError | QueueError) => void;
  /** The files that rows name and that workers are sent; undefined: none are. */
  readonly files?: FilesToSend;
  /** What may be spent; undefined: anything. */
  readonly budget?: QueuedBudget;
  /** No further call may go out: the run stops. */
  readonly budgetUsedUp: (end: BudgetEnd) => void;
  /** Aborted when the run is to stop: no new calls. */
  readonly signal: AbortSignal;
  readonly window?: QueueWindow;
  readonly timings?: Partial<QueueTimings>;
}
