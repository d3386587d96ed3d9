import type { CallErrorKind } from '../fabric/call-error.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { QueueNews } from '../queue/protocol/queue-news.js';
import type { JsonObject, UnreadableRow } from '../rows/row.js';
import type { Alert } from './alerts/alert.js';
import type { BatchApiNews } from './batch-api-news.js';
import type { LiveCounts } from './live-counts.js';
import type { RunNotice } from './run-notice.js';

/**
 * Receives the events of a run. Its methods never throw and never block: a run must not fail, nor get slower, because
 * it is watched.
 */
export interface RunWatch {
  /** The first call is about to go out. */
  started?(facts: StartFacts, counts: LiveCounts): void;
  /** A row got its place among the calls in flight. Once a row, so it may only add numbers. */
  rowStarted?(row: number): void;
  /** A row has a result, and it is journaled. Up to 30,000 times a second: for answered rows it may only add numbers. */
  rowFinished?(result: FinishedResult): void;
  /** A record that cannot be parsed was put aside. */
  rowUnreadable?(row: UnreadableRow): void;
  /** Another call will be made for the row. */
  callRetried?(kind: CallErrorKind, row: number): void;
  /** A wait of `ms` ms. Each wait is reported once. */
  waiting?(reason: WaitReason, ms: number): void;
  checkpointSaved?(facts: CheckpointFacts): void;
  /** Something went wrong, or is odd, beside the work. */
  notice?(notice: RunNotice): void;
  /** What happens on the queue, where there is one. */
  queue?(news: QueueNews): void;
  /** What happens to the batches of a run over a batch API. */
  batchApi?(news: BatchApiNews): void;
  /** An alert was sent. */
  alerted?(alert: Alert): void;
  /** The run stops before its last row. */
  stopped?(reason: StopFacts): void;
  /** The last event. `summary` is what `--json` prints. */
  ended?(summary: JsonObject): void;
}

/**
 * `rate-limit`: one call waited for its turn, reported when it had it. `service-pause`: all calls wait because the
 * service asked for it, reported at the start. `backoff`: one row waits for its next call, reported at the start.
 */
export type WaitReason = 'rate-limit' | 'service-pause' | 'backoff';

export const WAIT_REASONS: readonly WaitReason[] = ['rate-limit', 'service-pause', 'backoff'];

/** Identifies a run. It holds no secret. */
export interface RunName {
  readonly fabric: string;
  /** A path, or a word for standard input. */
  readonly input: string;
  /** A path; `-` for standard output. */
  readonly output: string;
  readonly host: string;
  /** Of batchai. */
  readonly version: string;
}

export interface StartFacts {
  readonly run: RunName;
  /** The unit of costs, where the run has prices: `USD`. */
  readonly costUnit?: string;
  /** True where the price is a guess. */
  readonly costIsGuess?: boolean;
  /** The plan, for the log. It holds no secret and no row. */
  readonly plan: JsonObject;
}

/** A run's present counts, over all its parts. */
export type WatchedCounts = Pick<LiveCounts, 'inFlight' | 'budgetShare'> & {
  readonly tally: { readonly succeeded: number; readonly failed: number };
};

export interface CheckpointFacts {
  readonly rowsCommitted: number;
  /** ms since 1970. */
  readonly at: number;
}

export interface StopFacts {
  /** The stop reason's kind: `service`, `max-errors`, `interrupted`, … */
  readonly kind: string;
  /** For a person, in one line, without a secret. */
  readonly message: string;
}
