import { SECOND } from './durations.js';

/** Services refuse at once: a scout without a refusal for so long was taken, and its answer may take long. */
export const TAKEN_AFTER_MS = 2 * SECOND;

/** After a refused scout, the time that is left to the retry layer to set the next pause before any timer fires, in ms. */
const LEFT_FOR_PAUSE_MS = 1;

/** What became of a scout: the service took it, whatever it answered; or it refused, and needs a longer pause. */
export type ScoutReport = 'taken' | 'refused';

/**
 * Sends one call, the scout, ahead after a pause, or after a refusal that may be one row's alone. If the service still
 * refuses, that costs one call instead of all that have waited; once it takes the scout, the others follow. (Michael
 * Nygard, "Release It!", 2007: the half-open circuit breaker.)
 */
export class Scout {
  #state: 'none' | 'wanted' | 'out' = 'none';
  /** The call that goes ahead; -1 where calls that are in flight anyway will do. */
  #nth = -1;
  /** The first call that tells what the service takes now. */
  #firstTelling = Number.POSITIVE_INFINITY;
  #takenAfterMs = TAKEN_AFTER_MS;
  #nextAt = Number.NEGATIVE_INFINITY;

  /** True while only the scout may start. */
  get isHolding(): boolean {
    return this.#state !== 'none';
  }

  /** The earliest start of the next call. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** True if it is not known at this moment whether the service takes calls. */
  isInDoubt(now: number): boolean {
    return this.#state === 'wanted' || (this.#state === 'out' && now < this.#nextAt);
  }

  /** Makes the next call a scout. Not refused for `takenAfterMs` ms, it was taken. */
  want(takenAfterMs = TAKEN_AFTER_MS): void {
    this.#state = 'wanted';
    this.#takenAfterMs = takenAfterMs;
    this.#nextAt = Number.NEGATIVE_INFINITY;
  }

  /** Takes the calls in flight from the `firstTelling`-th on for scouts, until `until`. */
  follow(firstTelling: number, until: number): void {
    this.#state = 'out';
    this.#nth = -1;
    this.#firstTelling = firstTelling;
    this.#nextAt = until;
  }

  /** Records that the `nth` call (from 0) starts. */
  start(now: number, nth: number): void {
    if (this.#state === 'wanted') {
      this.#state = 'out';
      this.#nth = nth;
      this.#firstTelling = nth;
      this.#nextAt = now + this.#takenAfterMs;
    } else if (this.#state === 'out') {
      this.#end();
    }
  }

  /** True if the `nth` call is a scout in flight. */
  isOut(nth: number): boolean {
    return this.#state === 'out' && this.#nth === nth;
  }

  /** True if an answer to the `nth` call tells that the service takes calls. */
  tells(nth: number): boolean {
    return this.#state === 'out' && nth >= this.#firstTelling;
  }

  report(now: number, report: ScoutReport): void {
    if (report === 'refused') {
      this.#state = 'wanted';
      this.#nextAt = now + LEFT_FOR_PAUSE_MS;
    } else {
      this.#end();
    }
  }

  #end(): void {
    this.#state = 'none';
    this.#nextAt = Number.NEGATIVE_INFINITY;
  }
}
