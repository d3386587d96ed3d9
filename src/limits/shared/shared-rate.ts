import type { Clock } from '../clock.js';
import type { Rate } from '../pace/rate-limit.js';
import { MAX_LATENESS_MS, type Reservation, type SharedLimit } from './shared-turns.js';

/** Each window is kept longer by this factor, as a reserve for timers that are late. */
const WINDOW_MARGIN = 1.005;

/** Turns that one run is given at a time are those of so many ms: others have theirs in between. */
const AT_A_TIME_MS = 50;

/** One run's part in a rate that it shares with others. */
export interface LimitPart extends SharedLimit {
  /** The run is over: it hears of no more pauses. */
  leave(): void;
}

/**
 * A rate that runs of one process keep to together: their calls are spaced as if they were those of one run, and a
 * pause that the service asks one of them for is everybody's.
 *
 * @example
 * const rate = new SharedRate({ calls: 20, perMs: 1_000 }, systemClock);
 * const [one, other] = [rate.join(), rate.join()];
 */
export class SharedRate {
  readonly #clock: Clock;
  /** A turn may be used late, and the one after its window on time: the law holds all the same. */
  readonly #everyMs: number;
  readonly #listeners = new Set<(ms: number) => void>();
  #nextAt = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor({ calls, perMs }: Rate, clock: Clock) {
    this.#clock = clock;
    this.#everyMs = (perMs * WINDOW_MARGIN + MAX_LATENESS_MS) / calls;
  }

  join(): LimitPart {
    let own: ((ms: number) => void) | undefined;
    return {
      isLimited: true,
      reserve: (calls) => Promise.resolve(this.#reserve(calls)),
      settle: () => {},
      startedLate: (lateMs) => {
        this.#nextAt += Math.min(lateMs, this.#everyMs);
      },
      pauseAll: (ms) => {
        this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.now() + ms);
        for (const listener of this.#listeners) if (listener !== own) listener(ms);
        return Promise.resolve();
      },
      onPause: (listener) => {
        own = listener;
        this.#listeners.add(listener);
        const left = this.#pausedUntil - this.#clock.now();
        if (left > 0) listener(left);
      },
      leave: () => {
        if (own !== undefined) this.#listeners.delete(own);
      },
    };
  }

  #reserve(calls: number): Reservation {
    const now = this.#clock.now();
    const first = Math.max(now, this.#nextAt);
    const granted = Math.min(calls, Math.max(1, Math.floor(AT_A_TIME_MS / this.#everyMs)));
    this.#nextAt = first + granted * this.#everyMs;
    return { startsInMs: first - now, everyMs: this.#everyMs, granted };
  }
}
