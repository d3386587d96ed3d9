import { CallError } from '../../fabric/call-error.js';
import { ALIKE, FirstRefusals, type Verdict } from './first-refusals.js';

/** The refusals that one call has met which, taken alone, would stop the run. */
export interface Suspicion {
  /** Calls of all rows that had been let go when the first of them came. */
  readonly startedBefore: number;
  times: number;
}

/**
 * Tells whether a refusal is the fault of its row or of the whole run. What a service says is not enough: a
 * firewall before it answers a row's text with the 403 of a wrong key, one server of many may not know the key yet,
 * and a wrong parameter looks like a bad row. What becomes of the other rows decides.
 */
export class Blame {
  readonly #first = new FirstRefusals();
  /** The latest turn of a call that was answered. */
  #lastAnswered = -1;

  /** @param answeredBefore an earlier part of the run, or another process, had an answer. */
  constructor(private readonly answeredBefore: () => boolean) {}

  /** The call that was the `nth` (from 0) to ask for its turn was answered. */
  answered(nth: number): void {
    if (nth > this.#lastAnswered) this.#lastAnswered = nth;
    if (this.#first.held > 0) this.#first.release('row');
  }

  /** Something was answered: the key, the model and the parameters are good. */
  get isAnswered(): boolean {
    return this.#lastAnswered >= 0 || this.answeredBefore();
  }

  /** Rows whose refusal is kept back until others have told more. */
  get held(): number {
    return this.#first.held;
  }

  /** No other row is on its way that could tell more: each is judged by itself. */
  nobodyElse(): void {
    this.#first.release('unknown');
  }

  /** Nothing was answered so far, and this refusal may be of a kind that every row will meet. */
  isUndecided(error: CallError): boolean {
    return !this.isAnswered && (isBlocked(error) || isPlainRefusal(error));
  }

  /** What an undecided refusal comes to, at once or as soon as there is a verdict. */
  decide(error: CallError): CallError | Promise<CallError> {
    const verdict = this.#first.judge(error);
    return verdict === 'run'
      ? this.#judged(error, verdict)
      : verdict.then((said) => this.#judged(error, said));
  }

  /**
   * What a refusal that would stop the run comes to where something was answered before: the error it is, one of
   * its row, or undefined where the call is to be made again first.
   *
   * @param suspicion what the call has met before, this refusal included.
   * @param mayTryAgain an attempt is left.
   */
  afterAnswers(error: CallError, suspicion: Suspicion, mayTryAgain: boolean): CallError | undefined {
    if (!mayBeRows(error) || !this.isAnswered) return error;
    if (isBlocked(error)) return rowsOwn(error);
    if (suspicion.times === 1) return undefined;
    if (this.#lastAnswered < suspicion.startedBefore) return error;
    return mayTryAgain ? undefined : rowsOwn(error);
  }

  /** What a row that failed for good comes to: a service that wants a key may say no more than that it is broken. */
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

/** A service that is out of credit says so for all rows; other refusals may be about one. */
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
