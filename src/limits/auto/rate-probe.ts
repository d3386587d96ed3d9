import { SECOND } from '../durations.js';
import { StartHistory } from '../pace/start-history.js';
import { CEILING_LASTS_MS, RateCeiling } from './rate-ceiling.js';

/** The rate at the start, in calls per second: a service with this limit or a higher one does not refuse at once. */
const FIRST_RATE = 1;

/** Doubling time while no ceiling is known: from 1/s to 1,000/s in 35 s. */
const DOUBLING_MS = 3.5 * SECOND;

/** Factor of DOUBLING_MS for each window over which the service may count: the longer, the later it refuses. */
const SLOWNESS = [1, 3, 3] as const;

/** Doubling time towards a known ceiling. */
const RETURN_DOUBLING_MS = DOUBLING_MS / 2;

/** The most by which one accepted call raises the rate. */
const MOST_PER_CALL = 1.1;

/** The most that the rate may be, as a multiple of the rate at which accepted calls went out a round trip ago. */
const MOST_PER_ROUND = 1.5;
const MOST_PER_ROUND_OF_RETURN = 2;

/** The share of a known ceiling that is used. */
const USED_SHARE = 0.95;

/** How a known ceiling is treated. */
export interface CeilingManners {
  /** It is tested again after so long, in ms, and so many calls, at the cost of one refusal. */
  readonly lastsMs: number;
  readonly lastsCalls: number;
  /** The rate then creeps up by this share of the ceiling a second, for each window over which the service may count. */
  readonly creepPerSecond: readonly [number, number, number];
  /** The rate after a trial was accepted, as a share of the ceiling. */
  readonly returnShare: number;
}

/** Where the rate is found from the start: it costs few refusals. */
const FROM_THE_START: CeilingManners = {
  lastsMs: CEILING_LASTS_MS,
  lastsCalls: 300,
  creepPerSecond: [0.01, 0.005, 0.003],
  returnShare: 0.25,
};

/** Where refusals of several calls were all that told of a limit: if there is none, or a higher one, the rate is soon back. */
export const AFTER_REFUSALS: CeilingManners = {
  lastsMs: CEILING_LASTS_MS,
  lastsCalls: 20,
  creepPerSecond: [0.05, 0.05, 0.05],
  returnShare: 0.7,
};

/** A refusal so soon after a cut means that the cut was too small. */
const TOO_SOON_MS = SECOND;

/** Cuts in a row after which only single calls, trials, go out. */
const CUTS_BEFORE_TRIAL = 3;

/** Time between trials. */
const FIRST_TRIAL_MS = SECOND;
const TRIAL_GROWTH = 1.6;
const LONGEST_TRIAL_MS = 15 * SECOND;

/** The longest time that one accepted call counts for, so that an idle time raises nothing. */
const LONGEST_STEP_MS = 2 * SECOND;

/**
 * Finds the rate that a service takes when it states none, by additive increase and multiplicative decrease
 * (Chiu and Jain 1989), in the manner of TCP: a slow start (RFC 5681), after a refusal a return to just
 * below the ceiling that it showed, a time of rest there, and then a slow rise past it (CUBIC, RFC 9438).
 * Unlike a lost packet, a refusal shows the ceiling exactly: it is what was taken just before (RateCeiling).
 *
 * It holds no timer: its state changes in the calls of its methods. Calls are named by their number, from 0 in
 * the order in which they started. Any answer but a refusal for being too fast counts as accepted, also one that
 * finds fault with the row; a call without an answer is not reported.
 *
 * The caller need not pause anything after a refusal, unless the service says for how long (Retry-After):
 * one refusal lowers the rate; if that was not enough, only single calls go out, 1 s to 15 s apart, until one is
 * accepted. Refused calls are made again at the pace, like any other. As the rate may rise with every answer, the
 * caller reads it again after each.
 *
 * @example
 * const probe = new RateProbe();
 * probe.started(now, true);
 * probe.accepted(now + 200, 0);
 * probe.callsPerSecond; // a little above 1
 */
export class RateProbe {
  readonly #history: StartHistory;
  readonly #ceiling: RateCeiling;
  #rate = FIRST_RATE;
  #isHeldBack = false;
  #raisedAt = 0;
  /** The first call of the present rate: results of earlier calls are ignored. */
  #firstSinceCut = 0;
  #cutAt = Number.NEGATIVE_INFINITY;
  #acceptedSinceCut = 0;
  /** Cuts in a row that were not enough, the first included. */
  #cuts = 0;
  /** Time between trials, while only those go out. */
  #trialMs: number | undefined;

  /** @param history the calls before it, where there were any. */
  constructor(
    history = new StartHistory(),
    private readonly manners: CeilingManners = FROM_THE_START,
  ) {
    this.#history = history;
    this.#ceiling = new RateCeiling(history);
  }

  /** The present rate. */
  get callsPerSecond(): number {
    return this.#trialMs === undefined ? this.#rate : SECOND / this.#trialMs;
  }

  /** Records a call that goes out. The rate rises only while calls wait for it. */
  started(now: number, wasHeldBack: boolean): void {
    this.#history.started(now);
    this.#isHeldBack = wasHeldBack;
  }

  /** Records that the service took the n-th call. */
  accepted(now: number, nth: number): void {
    if (nth < this.#firstSinceCut) return;
    this.#acceptedSinceCut++;
    const elapsedMs = Math.min(now - this.#raisedAt, LONGEST_STEP_MS);
    this.#raisedAt = now;
    if (this.#trialMs !== undefined) this.#endTrials(now, nth);
    else if (this.#isHeldBack) this.#raise(now, nth, elapsedMs);
  }

  /** Records that the service refused the n-th call as one too many. */
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
    if (this.#cuts >= CUTS_BEFORE_TRIAL) this.#beginTrials(nth);
    this.#beginRound(now);
  }

  #isTooSoon(nth: number): boolean {
    if (this.#cuts === 0) return false;
    return this.#acceptedSinceCut === 0 || this.#history.startOf(nth) - this.#cutAt < TOO_SOON_MS;
  }

  #beginTrials(nth: number): void {
    this.#ceiling.triedOut(nth);
    this.#trialMs = Math.min(
      FIRST_TRIAL_MS * TRIAL_GROWTH ** (this.#cuts - CUTS_BEFORE_TRIAL),
      LONGEST_TRIAL_MS,
    );
  }

  #endTrials(now: number, nth: number): void {
    if (this.#cuts > CUTS_BEFORE_TRIAL) this.#ceiling.triedOut(nth);
    this.#trialMs = undefined;
    this.#rate = this.#ceiling.isKnown ? this.#ceiling.callsPerSecond * this.manners.returnShare : FIRST_RATE;
    this.#beginRound(now);
  }

  #beginRound(now: number): void {
    this.#cutAt = now;
    this.#firstSinceCut = this.#history.count;
    this.#acceptedSinceCut = 0;
  }

  #raise(now: number, nth: number, elapsedMs: number): void {
    const { lastsMs, lastsCalls, creepPerSecond } = this.manners;
    const ceiling = this.#ceiling.callsPerSecond;
    if (this.#rate < ceiling * USED_SHARE) this.#climb(nth, elapsedMs);
    else if (now - this.#cutAt >= lastsMs && this.#acceptedSinceCut >= lastsCalls) {
      this.#rate += ceiling * creepPerSecond[this.#ceiling.window] * (elapsedMs / SECOND);
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
