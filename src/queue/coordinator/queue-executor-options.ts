import type { ResultLedger } from '../../batch/result-ledger.js';
import type { CallError, CallErrorKind } from '../../fabric/call-error.js';
import type { Inputs } from '../../fabric/fabric.js';
import type { ServiceNotice } from '../../fabric/service-notice.js';
import type { Row } from '../../rows/row.js';
import type { CallWait } from '../protocol/call-notes.js';
import type { QueueError } from '../protocol/queue-error.js';
import type { QueuedRun } from '../protocol/queued-run.js';
import type { QueueTimings } from '../protocol/timings.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import type { QueueWindow } from './outstanding.js';
import type { WorkerNews } from './worker-watch.js';

/** Nobody has to do anything about any of these. */
export type CoordinatorEvent =
  | WorkerNews
  /** A coordinator that may have been killed holds the run for at most so many ms. */
  | { readonly kind: 'waits-for-lease'; readonly ms: number }
  /** The server has lost batches: they were queued again. */
  | { readonly kind: 'queued-again'; readonly batches: number };

export interface QueueExecutorOptions {
  readonly connection: QueueConnection;
  readonly run: QueuedRun;
  /** Tells this coordinator from all others, for ever. */
  readonly token: string;
  readonly inputsOf: (row: Row) => Inputs;
  readonly ledger: ResultLedger;
  /** Hears of a row that was started, when its result comes in. */
  readonly started?: (row: Row) => void;
  /** Hears that a row was tried again on its worker, when some result comes in from there. */
  readonly retried?: (kind: CallErrorKind, row: number) => void;
  /** Hears for how many ms calls of a worker have waited, likewise. */
  readonly waited?: (reason: CallWait, ms: number) => void;
  /** Hears what is odd about the service's answers, likewise: each thing once, however many workers meet it. */
  readonly noticed?: (notice: ServiceNotice) => void;
  /** A worker met an error that no row is to blame for, or one of its own: the run stops. */
  readonly stopRun: (error: CallError | QueueError) => void;
  /** Aborted when the run is to stop: no new calls. */
  readonly signal: AbortSignal;
  readonly onEvent?: (event: CoordinatorEvent) => void;
  readonly window?: QueueWindow;
  readonly timings?: Partial<QueueTimings>;
}
