/**
 * Why a call gave no answer. Code outside the clients decides by the kind, never by the HTTP status.
 *
 * @example
 * const worthRetrying: readonly CallErrorKind[] = ['timeout', 'server', 'network'];
 */
export type CallErrorKind =
  // the row's own: never tried again
  | 'bad-request'
  | 'too-large'
  | 'unprocessable'
  | 'refused'
  | 'truncated'
  | 'crashed'
  // the call's: tried again, at the cost of an attempt
  | 'bad-answer'
  | 'timeout'
  | 'server'
  | 'network'
  // the form of the request's: made again at once in another form, no attempt is spent
  | 'unsupported'
  // the service's: all calls pause, or the row waits, no attempt is spent
  | 'rate-limit'
  | 'overloaded'
  | 'unreachable'
  // the run's own: stop, no row is blamed
  | 'auth'
  | 'unknown-fabric'
  | 'no-credit'
  | 'misconfigured'
  | 'no-success'
  // the run stopped while the call waited or was in flight
  | 'aborted';

const STOPS_RUN: ReadonlySet<CallErrorKind> = new Set([
  'auth',
  'unknown-fabric',
  'no-credit',
  'misconfigured',
  'no-success',
]);
const COSTS_ATTEMPT: ReadonlySet<CallErrorKind> = new Set(['bad-answer', 'timeout', 'server', 'network']);
const PAUSES_ALL: ReadonlySet<CallErrorKind> = new Set(['rate-limit', 'overloaded', 'unreachable']);

export interface CallErrorDetails {
  /** The HTTP status, where there was one. */
  readonly status?: number;
  /** How long the service asked to wait, in ms. */
  readonly retryAfterMs?: number;
  /** What to change, where the error knows it better than its kind does. */
  readonly advice?: string;
  /** The environment variable that names the proxy at fault. */
  readonly proxyVariable?: string;
  /**
   * Another possible cause of the refusal: `blocked`, a page of a firewall or a proxy before the service; `no-key`, a
   * gateway's answer to a call without a key.
   */
  readonly suspect?: 'blocked' | 'no-key';
  /** The step of a row that failed, where rows have steps. */
  readonly step?: string;
  /** Set where a retry is useless although the kind is one that is retried. */
  readonly final?: true;
}

/**
 * The failure of one call, classified where it happened. Its message holds no secret.
 *
 * @example
 * if (error instanceof CallError && error.kind === 'auth') console.error('check the key');
 */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(
    readonly kind: CallErrorKind,
    message: string,
    readonly details: CallErrorDetails = {},
  ) {
    super(message);
  }

  /** True if no retry helps, so that the whole run stops. */
  get stopsRun(): boolean {
    return STOPS_RUN.has(this.kind);
  }

  /** True if a retry may help, at the cost of one of the row's attempts. */
  get costsAttempt(): boolean {
    return COSTS_ATTEMPT.has(this.kind) && this.details.final !== true;
  }

  /** True if the service refused the form of the request: the fabric has another form, and retries at once. */
  get retriesInOtherForm(): boolean {
    return this.kind === 'unsupported';
  }

  /** True if the row is not at fault: all calls pause, unless the refusal is its row's alone, and this one is made again without an attempt. */
  get pausesAll(): boolean {
    return PAUSES_ALL.has(this.kind);
  }
}
