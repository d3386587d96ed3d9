import { BACKOFF, type Backoff } from '../../limits/retry/backoff.js';
import { type QueueTimings, TIMINGS } from '../../queue/protocol/timings.js';
import { BATCH_API_TIMINGS, type BatchApiTimings } from './batch-api-timings.js';
import { GRACE_MS } from './grace.js';

/** How long a run waits for what, in ms; tests use shorter times. */
export interface RunTimings {
  /** When a run stops, calls in flight get this long to land. */
  readonly graceMs: number;
  /** Between two calls for a row that failed, and while a service is away. */
  readonly backoff: Backoff;
  readonly queue: QueueTimings;
  readonly batchApi: BatchApiTimings;
}

export const RUN_TIMINGS: RunTimings = {
  graceMs: GRACE_MS,
  backoff: BACKOFF,
  queue: TIMINGS,
  batchApi: BATCH_API_TIMINGS,
};
