/** What can become of a call that gives no answer. Everybody asks the kind; nobody looks at a status again. */
export type CallErrorKind =
  // the row's own: never tried again
  | 'bad-request'
  | 'too-large'
  | 'unprocessable'
  | 'refused'
  | 'truncated'
  // the call's: tried again, at the cost of an attempt
  | 'bad-answer'
  | 'timeout'
  | 'server'
  | 'network'
  // the form of the request's: made again at once in another form, no attempt is spent
  | 'unsupported'
  // everybody's: all calls pause, no attempt is spent
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
  /** The variable of the environment that names the proxy which is to blame. */
  readonly proxyVariable?: string;
  /**
   * What the refusal may be instead: `blocked`, a page of a firewall or a proxy before the service; `no-key`, what a
   * gateway makes of a call without a key.
   */
  readonly suspect?: 'blocked' | 'no-key';
  /** Nothing is to be gained by another try, although there is by one of this kind. */
  readonly final?: true;
}

/** Whatever went wrong with one call, told apart once, where it happened. Its message holds no secret. */
export class CallError extends Error {
  override readonly name = 'CallError';

  constructor(
    readonly kind: CallErrorKind,
    message: string,
    readonly details: CallErrorDetails = {},
  ) {
    super(message);
  }

  /** Nobody can retry this away: the whole run stops. */
  get stopsRun(): boolean {
    return STOPS_RUN.has(this.kind);
  }

  /** Another try may help; it is one of the row's attempts. */
  get costsAttempt(): boolean {
    return COSTS_ATTEMPT.has(this.kind) && this.details.final !== true;
  }

  /** The service does not know this form of request; the fabric has another one, and the call is made again at once. */
  get retriesInOtherForm(): boolean {
    return this.kind === 'unsupported';
  }

  /** Nothing was wrong with the row: every call waits, then this one is made again for free. */
  get pausesAll(): boolean {
    return PAUSES_ALL.has(this.kind);
  }
}
