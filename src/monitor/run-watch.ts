import type { CallErrorKind } from '../fabric/call-error.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { JsonObject, UnreadableRow } from '../rows/row.js';
import type { Alert } from './alerts/alert.js';
import type { LiveCounts } from './live-counts.js';

/**
 * Hears what happens in a run. Nobody has to do anything about it. A listener never throws and never blocks:
 * a run is not to fail, nor to be slower, because somebody watches it.
 */
export interface RunWatch {
  /** The first call is about to go out. */
  started?(facts: StartFacts, counts: WatchedCounts): void;
  /** A row got its place among the calls in flight. Once a row: nothing but additions here. */
  rowStarted?(row: number): void;
  /** A row has a result, and it is safe. Once a row, 30,000 a second: nothing but additions for an answered one. */
  rowFinished?(result: FinishedResult): void;
  /** A record that cannot be parsed was put aside. */
  rowUnreadable?(row: UnreadableRow): void;
  /** Another call will be made for the row. */
  callRetried?(kind: CallErrorKind, row: number): void;
  /** Something waits, or has waited, for so many ms; each wait is told once. */
  waiting?(reason: WaitReason, ms: number): void;
  checkpointSaved?(facts: CheckpointFacts): void;
  /** Somebody was told that something is wrong, or no longer. */
  alerted?(alert: Alert): void;
  /** The run stops before its last row. */
  stopped?(reason: StopFacts): void;
  /** Nothing more will come. `summary` is what `--json` prints. */
  ended?(summary: JsonObject): void;
}

/**
 * `rate-limit`: one call waited for its turn, told when it had it. `service-pause`: all calls wait because the
 * service asked for it, told when the pause begins. `backoff`: one row waits for its next try, told when it begins.
 */
export type WaitReason = 'rate-limit' | 'service-pause' | 'backoff';

export const WAIT_REASONS: readonly WaitReason[] = ['rate-limit', 'service-pause', 'backoff'];

/** What tells a run from others. It holds no secret. */
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
  /** What costs are counted in, where the run has prices: `USD`. */
  readonly costUnit?: string;
  /** What was decided before the first call, for the log. It holds no secret and no row. */
  readonly plan: JsonObject;
}

/** What a run is doing now, over all its parts. */
export type WatchedCounts = Pick<LiveCounts, 'inFlight' | 'budgetShare'> & {
  readonly tally: { readonly succeeded: number; readonly failed: number };
};

export interface CheckpointFacts {
  readonly rowsCommitted: number;
  /** ms since 1970. */
  readonly at: number;
}

export interface StopFacts {
  /** As the run calls it: `service`, `max-errors`, `interrupted`, … */
  readonly kind: string;
  /** For a person, in one line, without a secret. */
  readonly message: string;
}
