import { SECOND } from '../durations.js';
import { StartHistory } from '../pace/start-history.js';
import { CEILING_LASTS_MS, RateCeiling } from './rate-ceiling.js';

/** The slowest limit that is met without a single refusal at the start, in calls per second. */
const FIRST_RATE = 1;

/** While no ceiling is known the rate doubles in so long: from 1/s to 1,000/s in 35 s. */
const DOUBLING_MS = 3.5 * SECOND;

/** The same for each window over which the service may count: the longer, the later a refusal tells. */
const SLOWNESS = [1, 3, 3] as const;

/** Towards a known ceiling the rate doubles in so long. */
const RETURN_DOUBLING_MS = DOUBLING_MS / 2;

/** One accepted call raises the rate by no more than this. */
const MOST_PER_CALL = 1.1;

/** The rate is never above that of the accepted calls, a round trip ago, by more than this. */
const MOST_PER_ROUND = 1.5;
const MOST_PER_ROUND_OF_RETURN = 2;

/** What is used of a known ceiling. */
const USED_SHARE = 0.95;

/**
 * A known ceiling is tried again after CEILING_LASTS_MS and so many calls, one of which will be refused: then
 * the rate creeps up by so much of the ceiling a second, for each window over which the service may count.
 */
const CEILING_LASTS_CALLS = 300;
const CREEP_PER_SECOND = [0.01, 0.005, 0.003] as const;

/** Refused so soon after a cut: the cut was not enough. */
const TOO_SOON_MS = SECOND;

/** Cuts in a row, none of them enough, the last of which lets only single calls out. */
const CUTS_BEFORE_TRIAL = 3;

/** Between calls that only try out whether anything is taken again. */
const FIRST_TRIAL_MS = SECOND;
const TRIAL_GROWTH = 1.6;
const LONGEST_TRIAL_MS = 15 * SECOND;

/** Where the rate begins again once it is, as a share of the ceiling. */
const RETURN_SHARE = 0.25;

/** An idle time raises nothing. */
const LONGEST_STEP_MS = 2 * SECOND;

/**
 * Finds the rate that a service takes when it states none, by additive increase and multiplicative decrease
 * (Chiu and Jain 1989), in the manner of TCP: a slow start (RFC 5681), after a refusal a return to just
 * below the ceiling that it showed, a time of rest there, and then a slow rise past it (CUBIC, RFC 9438).
 * Unlike a lost packet, a refusal shows the ceiling exactly: it is what was taken just before (RateCeiling).
 *
 * It holds no timer; everything happens when something is told. Calls are named by their number, from 0 in
 * the order in which they started. An answer that is no refusal for being too fast counts as accepted, also
 * if it finds fault with the row; a call without an answer is not told at all.
 *
 * The caller need not pause anything after a refusal, unless the service says for how long (Retry-After):
 * one refusal lowers the rate; if that was not enough, next to nothing goes out but single calls, 1 s to
 * 15 s apart, until one is accepted. Refused calls are to be made again at the pace, like any other. As the
 * rate may rise with every answer, whoever waits for the pace looks at it again after each.
 */
export class RateProbe {
  readonly #history = new StartHistory();
  readonly #ceiling = new RateCeiling(this.#history);
  #rate = FIRST_RATE;
  #isHeldBack = false;
  #raisedAt = 0;
  /** Only what becomes of calls from this one on says anything of the present rate. */
  #firstSinceCut = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #acceptedSinceCut = 0;
  /** Cuts in a row that were not enough, the first included. */
  #cuts = 0;
  /** Between single calls, while only those go out. */
  #trialMs: number | undefined;

  /** The rate to pace at now. */
  get callsPerSecond(): number {
    return this.#trialMs === undefined ? this.#rate : SECOND / this.#trialMs;
  }

  /** A call goes out. The rate is raised only while calls have to wait for it. */
  started(now: number, wasHeldBack: boolean): void {
    this.#history.started(now);
    this.#isHeldBack = wasHeldBack;
  }

  /** The service took the n-th call. */
  accepted(now: number, nth: number): void {
    if (nth < this.#firstSinceCut) return;
    this.#acceptedSinceCut++;
    const elapsedMs = Math.min(now - this.#raisedAt, LONGEST_STEP_MS);
    this.#raisedAt = now;
    if (this.#trialMs !== undefined) this.#goOn(now, nth);
    else if (this.#isHeldBack) this.#raise(now, nth, elapsedMs);
  }

  /** The service refused the n-th call, as one too many. */
  refused(now: number, nth: number): void {
    this.#history.refused(nth);
    if (nth < this.#firstSinceCut) return;
    if (!this.#isTooSoon(nth)) {
      // An overshoot from a slow start may be many times the ceiling: half of that will not do.
      this.#cuts = this.#ceiling.isKnown ? 0 : CUTS_BEFORE_TRIAL - 1;
      this.#ceiling.refused(nth, this.#history.startsPerSecond(nth, SECOND));
    }
    this.#cuts++;
    if (this.#ceiling.isKnown) {
      this.#rate = this.#ceiling.callsPerSecond * (this.#cuts === 1 ? USED_SHARE : USED_SHARE / 2);
    }
    if (this.#cuts >= CUTS_BEFORE_TRIAL) this.#tryOut(nth);
    this.#beginRound(now);
  }

  #isTooSoon(nth: number): boolean {
    if (this.#cuts === 0) return false;
    return this.#acceptedSinceCut === 0 || this.#history.startOf(nth) - this.#cutAt < TOO_SOON_MS;
  }

  #tryOut(nth: number): void {
    this.#ceiling.triedOut(nth);
    this.#trialMs = Math.min(
      FIRST_TRIAL_MS * TRIAL_GROWTH ** (this.#cuts - CUTS_BEFORE_TRIAL),
      LONGEST_TRIAL_MS,
    );
  }

  #goOn(now: number, nth: number): void {
    if (this.#cuts > CUTS_BEFORE_TRIAL) this.#ceiling.triedOut(nth);
    this.#trialMs = undefined;
    this.#rate = this.#ceiling.isKnown ? this.#ceiling.callsPerSecond * RETURN_SHARE : FIRST_RATE;
    this.#beginRound(now);
  }

  #beginRound(now: number): void {
    this.#cutAt = now;
    this.#firstSinceCut = this.#history.count;
    this.#acceptedSinceCut = 0;
  }

  #raise(now: number, nth: number, elapsedMs: number): void {
    const ceiling = this.#ceiling.callsPerSecond;
    if (this.#rate < ceiling * USED_SHARE) this.#climb(nth, elapsedMs);
    else if (now - this.#cutAt >= CEILING_LASTS_MS && this.#acceptedSinceCut >= CEILING_LASTS_CALLS) {
      this.#rate += ceiling * CREEP_PER_SECOND[this.#ceiling.window] * (elapsedMs / SECOND);
    }
    this.#ceiling.tookAt(this.#rate);
  }

  #climb(nth: number, elapsedMs: number): void {
    const { isKnown, callsPerSecond, window } = this.#ceiling;
    const doublingMs = isKnown ? RETURN_DOUBLING_MS : DOUBLING_MS * SLOWNESS[window];
    const proven = Math.max(FIRST_RATE, this.#history.startsPerSecond(nth, SECOND));
    const highest = Math.min(
      callsPerSecond * USED_SHARE,
      proven * (isKnown ? MOST_PER_ROUND_OF_RETURN : MOST_PER_ROUND),
      this.#rate * MOST_PER_CALL,
    );
    this.#rate = Math.max(this.#rate, Math.min(highest, this.#rate * 2 ** (elapsedMs / doublingMs)));
  }
}
