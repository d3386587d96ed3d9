import { CallError } from '../../fabric/call-error.js';
import { ALIKE, FirstRefusals, type Verdict } from './first-refusals.js';

/** A call's refusals that would each stop the run if taken alone. */
export interface Suspicion {
  /** Calls of all rows that had started when the first of them came. */
  readonly startedBefore: number;
  times: number;
}

/**
 * Decides whether a refusal is the fault of its row or of the whole run. The service's answer alone cannot tell: a
 * firewall before it answers a row's text with the 403 of a wrong key, one server of many may not know the key yet,
 * and a wrong parameter looks like a bad row. The results of the other rows decide.
 */
export class Blame {
  readonly #first = new FirstRefusals();
  /** The latest turn of a call that was answered. */
  #lastAnswered = -1;

  /** @param answeredBefore true if an earlier part of the run, or another process, had an answer. */
  constructor(private readonly answeredBefore: () => boolean) {}

  /** Records that the call that was the `nth` (from 0) to ask for its turn was answered. */
  answered(nth: number): void {
    if (nth > this.#lastAnswered) this.#lastAnswered = nth;
    if (this.#first.held > 0) this.#first.release('row');
  }

  /** True if any call was answered, so that the key, the model and the parameters are good. */
  get isAnswered(): boolean {
    return this.#lastAnswered >= 0 || this.answeredBefore();
  }

  /** Rows whose refusal waits for a verdict. */
  get held(): number {
    return this.#first.held;
  }

  /** Judges each waiting refusal by itself: no other row is left that could decide. */
  releaseUndecided(): void {
    this.#first.release('unknown');
  }

  /** True if no call was answered so far, and every row may meet this refusal. */
  isUndecided(error: CallError): boolean {
    return !this.isAnswered && (isBlocked(error) || isPlainRefusal(error));
  }

  /** The error that an undecided refusal becomes, at once or as soon as there is a verdict. */
  decide(error: CallError): CallError | Promise<CallError> {
    const verdict = this.#first.judge(error);
    return verdict === 'run'
      ? this.#judged(error, verdict)
      : verdict.then((decided) => this.#judged(error, decided));
  }

  /**
   * Judges a refusal that would stop the run.
   *
   *
   * @param suspicion the call's refusals so far, this one included.
   * @param mayTryAgain an attempt is left.
   * @returns the error itself, which stops the run; an error of the row; or undefined where the call is to be made
   *   again first.
   */
  afterAnswers(error: CallError, suspicion: Suspicion, mayTryAgain: boolean): CallError | undefined {
    if (!mayBeRows(error) || !this.isAnswered) return error;
    if (isBlocked(error)) return rowsOwn(error);
    if (suspicion.times === 1) return undefined;
    if (this.#lastAnswered < suspicion.startedBefore) return error;
    return mayTryAgain ? undefined : rowsOwn(error);
  }

  /** The error of a row that failed for good: a gateway may answer a missing key with an error of its own. */
  final(error: CallError): CallError {
    if (error.details.suspect !== 'no-key' || this.isAnswered) return error;
    return new CallError('auth', `${error.message}, and no key was sent`, error.details);
  }

  #judged(error: CallError, verdict: Verdict): CallError {
    if (verdict === 'run') {
      const message = `the first ${ALIKE} rows were refused alike, and none was answered: ${error.message}`;
      const advice = 'change what every request has in common';
      return error.stopsRun
        ? new CallError(error.kind, message, error.details)
        : new CallError('misconfigured', message, { ...error.details, advice });
    }
    return verdict === 'row' && error.stopsRun ? rowsOwn(error) : error;
  }
}

/** True if the refusal may be about one row. Lack of credit never is. */
function mayBeRows({ kind, details: { status = 0 } }: CallError): boolean {
  const isOfKind = kind === 'auth' || kind === 'unknown-fabric' || kind === 'misconfigured';
  return isOfKind && status >= 400 && status < 500;
}

function isBlocked(error: CallError): boolean {
  return error.details.suspect === 'blocked' && mayBeRows(error);
}

function isPlainRefusal({ kind, details: { status = 0 } }: CallError): boolean {
  return (kind === 'bad-request' || kind === 'unprocessable') && status >= 400 && status < 500;
}

function rowsOwn(error: CallError): CallError {
  const { message, details } = error;
  if (!isBlocked(error)) return new CallError('bad-request', message, details);
  return new CallError('refused', `${message} (from a firewall or a proxy, for this row alone)`, details);
}
