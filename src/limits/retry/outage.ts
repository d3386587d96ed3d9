import { CallError } from '../../fabric/call-error.js';
import { counted } from '../../wording/wording.js';
import { MINUTE } from '../durations.js';

export interface OutageOptions {
  /** Rounds after which a service that never answered is taken for a wrong address. */
  readonly attempts: number;
  /** In ms. */
  readonly giveUpAfterMs: number;
}

/**
 * A service's health, from all calls of a run together: since when no call succeeds, and how many rounds of refusals
 * in a row there were. The calls in flight when the service begins to refuse are refused together; they make one
 * round, which lengthens the pause once.
 */
export class Outage {
  #troubledSince: number | undefined;
  #everAnswered = false;
  #rounds = 0;
  /** Calls that had started when the last pause was set. */
  #startedBeforePause = 0;

  constructor(private readonly options: OutageOptions) {}

  /** Records that a call was answered, or that the service found fault with its row. */
  succeeded(): void {
    this.#troubledSince = undefined;
    this.#everAnswered = true;
    this.#rounds = 0;
  }

  /** Records that a call failed through no fault of its row. */
  failed(error: CallError, now: number): void {
    this.#troubledSince ??= now;
    if (error.details.status !== undefined) this.#everAnswered = true;
  }

  /** True if the `nth` call (from 0) to ask for its turn was in flight when the last pause was set. */
  isOfLastRound(nth: number): boolean {
    return nth < this.#startedBeforePause;
  }

  /**
   * Records the refusal of the call that was the `nth` (from 0) to ask for its turn, when `started` calls had started.
   *
   * @returns the number of the round that it begins, from 1; undefined where it belongs to the last one.
   */
  refused(nth: number, started: number): number | undefined {
    if (this.isOfLastRound(nth)) return undefined;
    this.#startedBeforePause = started;
    return ++this.#rounds;
  }

  /** The error that the run stops with, if this failure was one too many. */
  giveUp(error: CallError, now: number): CallError | undefined {
    const { attempts, giveUpAfterMs } = this.options;
    if (error.kind === 'unreachable' && !this.#everAnswered && this.#rounds >= attempts) {
      return new CallError('misconfigured', error.message, error.details);
    }
    if (this.#troubledSince === undefined || now - this.#troubledSince < giveUpAfterMs) return undefined;
    const minutes = Math.round(giveUpAfterMs / MINUTE);
    return new CallError(
      'no-success',
      `no call succeeded for ${counted(minutes, 'minute')}, the last: ${error.message}`,
    );
  }
}
