import { SECOND } from './durations.js';

/** Services refuse at once: a scout without a refusal for so long was taken, and its answer may take long. */
const TAKEN_AFTER_MS = 2 * SECOND;

/** After a refused scout, the time that is left to the retry layer to set the next pause before any timer fires, in ms. */
const LEFT_FOR_PAUSE_MS = 1;

/** What became of a scout: the service took it, whatever it answered; or it refused, and needs a longer pause. */
export type ScoutReport = 'taken' | 'refused';

/**
 * Sends one call, the scout, ahead after a pause. If the service still refuses, that costs one call instead of all
 * that have waited; once it takes the scout, the others follow. (Michael Nygard, "Release It!", 2007: the half-open circuit breaker.)
 */
export class Scout {
  #state: 'none' | 'wanted' | 'out' = 'none';
  #nth = -1;
  #nextAt = Number.NEGATIVE_INFINITY;

  /** True while only the scout may start. */
  get isHolding(): boolean {
    return this.#state !== 'none';
  }

  /** The earliest start of the next call. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** Makes the first call after a pause a scout. */
  want(): void {
    this.#state = 'wanted';
    this.#nextAt = Number.NEGATIVE_INFINITY;
  }

  /** Records that the `nth` call (from 0) starts. */
  start(now: number, nth: number): void {
    if (this.#state === 'wanted') {
      this.#state = 'out';
      this.#nth = nth;
      this.#nextAt = now + TAKEN_AFTER_MS;
    } else if (this.#state === 'out') {
      this.#end();
    }
  }

  /** True if the `nth` call is a scout in flight. */
  isOut(nth: number): boolean {
    return this.#state === 'out' && this.#nth === nth;
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
