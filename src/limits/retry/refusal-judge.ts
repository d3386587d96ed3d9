import type { PausableLimiter } from '../pause.js';

/** More refusals than these among the last 32 outcomes are no accident: with one call in a hundred refused, 4 are rare. */
const ALONE = 3;

/** So many refusals without an answer to a later call are no accident either. Fewer are enough where no later call is out. */
const SEVERAL = 3;

/** So many calls must have been taken since the last refusal before another one is sent to see whether it was alone. */
const MANY = 20;

/** After so many calls without another pause, the service is taken for one that refuses single calls again. */
const SUSPECT_FOR_CALLS = 200;

/** How much a pause tells of a limit: one after several refusals, and one after a refusal that may have been alone. */
const TOLD_BY_SEVERAL = 2;
const TOLD_BY_ONE = 1;

/** What is enough to look for the limit: one pause alone may be an outage. */
const TELLING = 4;

/**
 * Whom a refusal holds up: `row`, that of the refused call; `row-unless-more`, the same unless the service also refuses
 * the next calls, which are not known yet; `all`, since nothing else was answered; `limit`, all, since several calls were
 * refused.
 */
export type Extent = 'row' | 'row-unless-more' | 'all' | 'limit';

/**
 * Tells the refusal of one call among many that are answered (one server of many is busy) from that of all calls (the
 * limit is reached). What became of the calls that started after the refused one decides; where there are none, one more
 * call would cost a refusal where the limit is reached, and is made only if many were taken before. (Betsy Beyer et al.,
 * "Site Reliability Engineering", 2016, chapter 21: clients throttle themselves by the share of refusals.)
 */
export class RefusalJudge {
  #latestTaken = -1;
  /** The last outcomes as bits, 1 for a refusal. */
  #outcomes = 0;
  #takenInRow = 0;
  /** The call whose refusal nothing contradicts yet, and the refusals since then, its own included. */
  #doubt: { readonly nth: number; refusals: number } | undefined;
  /** What the pauses of late tell of a limit, where calls were taken in between. */
  #told = 0;
  /** Of the calls that started after the refusal. */
  #takenSincePause = 0;
  #lastRefused = -1;
  #isLimited = false;

  /** Records that the service took the `nth` call (from 0). */
  taken(nth: number): void {
    if (nth > this.#latestTaken) this.#latestTaken = nth;
    if (this.#doubt !== undefined && nth > this.#doubt.nth) this.#doubt = undefined;
    this.#outcomes <<= 1;
    this.#takenInRow++;
    if (nth <= this.#lastRefused) return;
    if (this.#told > 0 && ++this.#takenSincePause >= SUSPECT_FOR_CALLS) {
      this.#told = 0;
      this.#isLimited = false;
    }
  }

  /** True if the service takes calls and refuses several, again and again. */
  get tellsOfLimit(): boolean {
    return this.#told >= TELLING;
  }

  /** Judges the refusal of the `nth` call. */
  refused(nth: number, limiter: Pick<PausableLimiter, 'isInDoubt' | 'started'>): Extent {
    const takenBefore = this.#takenInRow;
    this.#takenInRow = 0;
    this.#outcomes = (this.#outcomes << 1) | 1;
    if (ones(this.#outcomes) > ALONE) return this.#limit(nth);
    if (limiter.isInDoubt) return this.#isUndecided(limiter.started) ? 'row-unless-more' : this.#limit(nth);
    if (this.#latestTaken > nth) return 'row';
    const areLaterOut = limiter.started > nth + 1;
    const mayTry = takenBefore >= MANY && !this.#isLimited;
    if (areLaterOut || mayTry) {
      this.#doubt = { nth, refusals: 1 };
      return 'row-unless-more';
    }
    this.#noteAll(nth, TOLD_BY_ONE);
    return 'all';
  }

  /** Counts one more refusal in doubt. */
  #isUndecided(started: number): boolean {
    if (this.#doubt === undefined) return false;
    this.#doubt.refusals++;
    const { nth, refusals } = this.#doubt;
    return refusals < SEVERAL && started - nth > refusals;
  }

  #limit(nth: number): Extent {
    this.#doubt = undefined;
    this.#isLimited = this.#latestTaken >= 0;
    this.#noteAll(nth, TOLD_BY_SEVERAL);
    return 'limit';
  }

  #noteAll(nth: number, told: number): void {
    this.#lastRefused = Math.max(this.#lastRefused, nth);
    if (this.#latestTaken < 0) return;
    if (this.#told === 0 || this.#takenSincePause > 0) this.#told += told;
    this.#takenSincePause = 0;
  }
}

function ones(bits: number): number {
  let count = 0;
  for (let left = bits; left !== 0; left &= left - 1) count++;
  return count;
}
