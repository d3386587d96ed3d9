import { SECOND } from './durations.js';

/** A service refuses at once: a scout that has not been refused for so long was taken, and may be long at work. */
const TAKEN_AFTER_MS = 2 * SECOND;

/** Whoever hears of a refusal sets the next pause before any timer fires; the next scout leaves it this time, in ms. */
const LEFT_FOR_PAUSE_MS = 1;

/** What became of a scout: the service took it, whatever it answered; or it is to be left alone for longer. */
export type ScoutReport = 'taken' | 'refused';

/**
 * Sends one call ahead after a pause. Where the service refuses still, that costs one call instead of all that have
 * waited; the others go when it was taken. (Michael Nygard, "Release It!", 2007: the half-open circuit breaker.)
 */
export class Scout {
  #state: 'none' | 'wanted' | 'out' = 'none';
  #nth = -1;
  #nextAt = Number.NEGATIVE_INFINITY;

  /** No call may start but the scout. */
  get isHolding(): boolean {
    return this.#state !== 'none';
  }

  /** When the next call may start, as far as this goes. */
  get nextAt(): number {
    return this.#nextAt;
  }

  /** A pause begins: the first call after it is a scout. */
  want(): void {
    this.#state = 'wanted';
    this.#nextAt = Number.NEGATIVE_INFINITY;
  }

  /** The `nth` call (from 0) starts. */
  start(now: number, nth: number): void {
    if (this.#state === 'wanted') {
      this.#state = 'out';
      this.#nth = nth;
      this.#nextAt = now + TAKEN_AFTER_MS;
    } else if (this.#state === 'out') {
      this.#end();
    }
  }

  /** The `nth` call is on its way as a scout, and is to report. */
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
