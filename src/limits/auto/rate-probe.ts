import { SECOND } from '../durations.js';
import { type CallHistory, StartHistory } from '../pace/start-history.js';
import { type CeilingManners, FROM_THE_START } from './ceiling-manners.js';
import { type CeilingState, NO_CEILING, RateCeiling } from './rate-ceiling.js';
import { NO_SINGLES, type PaceByThen, SingleRefusals, type SinglesState } from './single-refusals.js';

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

/** Doubling time after the first refusal of all, as a factor of DOUBLING_MS, until it is known what that was. */
const CAREFUL = 2.5;

/** What a probe knows beside the calls themselves. It is plain JSON. */
export interface ProbeState {
  readonly rate: number;
  readonly isHeldBack: boolean;
  readonly raisedAt: number;
  /** The first call of the present rate: results of earlier calls are ignored. */
  readonly firstSinceCut: number;
  readonly cutAt: number;
  readonly acceptedSinceCut: number;
  /** Cuts in a row that were not enough, the first included. */
  readonly cuts: number;
  /** Time between trials, while only those go out. */
  readonly trialMs?: number | undefined;
  readonly ceiling: CeilingState;
  readonly singles: SinglesState;
}

/** What it knows at first. */
export function firstState(manners: CeilingManners): ProbeState {
  return {
    rate: FIRST_RATE,
    isHeldBack: false,
    raisedAt: 0,
    firstSinceCut: 0,
    cutAt: Number.MIN_SAFE_INTEGER,
    acceptedSinceCut: 0,
    cuts: 0,
    ceiling: NO_CEILING,
    singles: { ...NO_SINGLES, first: manners.first === 'told' ? 'told' : 'none' },
  };
}

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
 * refusals lower the rate; if that was not enough, only single calls go out, 1 s to 15 s apart, until one is
 * accepted. What refuses single calls whatever the rate is told from a limit (SingleRefusals). Refused calls are made again at the pace, like any other. As the rate may rise with every answer, the
 * caller reads it again after each.
 *
 * @example
 * const probe = new RateProbe();
 * probe.started(now, true);
 * probe.accepted(now + 200, 0);
 * probe.callsPerSecond; // a little above 1
 */
export class RateProbe {
  readonly #history: CallHistory;
  readonly #ceiling: RateCeiling;
  readonly #singles: SingleRefusals;
  #rate: number;
  #isHeldBack: boolean;
  #raisedAt: number;
  #firstSinceCut: number;
  #cutAt: number;
  #acceptedSinceCut: number;
  #cuts: number;
  #trialMs: number | undefined;

  /**
   * @param history the calls before it, where there were any.
   * @param state what a probe knew that this one goes on for.
   */
  constructor(
    history: CallHistory = new StartHistory(),
    private readonly manners: CeilingManners = FROM_THE_START,
    state: ProbeState = firstState(manners),
  ) {
    this.#history = history;
    this.#ceiling = new RateCeiling(history, state.ceiling);
    this.#singles = new SingleRefusals(history, state.singles);
    this.#rate = state.rate;
    this.#isHeldBack = state.isHeldBack;
    this.#raisedAt = state.raisedAt;
    this.#firstSinceCut = state.firstSinceCut;
    this.#cutAt = state.cutAt;
    this.#acceptedSinceCut = state.acceptedSinceCut;
    this.#cuts = state.cuts;
    this.#trialMs = state.trialMs;
  }

  get state(): ProbeState {
    return {
      rate: this.#rate,
      isHeldBack: this.#isHeldBack,
      raisedAt: this.#raisedAt,
      firstSinceCut: this.#firstSinceCut,
      cutAt: this.#cutAt,
      acceptedSinceCut: this.#acceptedSinceCut,
      cuts: this.#cuts,
      trialMs: this.#trialMs,
      ceiling: this.#ceiling.state,
      singles: this.#singles.state,
    };
  }

  /** The present rate. */
  get callsPerSecond(): number {
    return this.#trialMs === undefined ? this.#rate * this.#singles.share : SECOND / this.#trialMs;
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
    this.#singles.accepted(nth, this.#acceptedSinceCut, now - this.#cutAt);
    const elapsedMs = Math.min(now - this.#raisedAt, LONGEST_STEP_MS);
    this.#raisedAt = now;
    if (this.#trialMs !== undefined) this.#endTrials(now, nth);
    else if (this.#isHeldBack) this.#raise(now, nth, elapsedMs);
  }

  /** Records that the service refused the n-th call as one too many. */
  refused(now: number, nth: number): void {
    this.#history.refused(nth);
    const isOneOfSeveral = this.#singles.refused(nth);
    if (nth < this.#firstSinceCut) return;
    const telling = this.#singles.tellingOf(nth);
    const says = this.#singles.judge(nth, isOneOfSeveral, this.#paceAt(now, nth));
    // What showed a ceiling until now were single refusals, too.
    if (says === 'single-like-others') this.#ceiling.forget();
    if (says !== 'limit') return;
    if (!this.#isTooSoon(nth)) {
      // An overshoot from a slow start may be many times the ceiling: half of that will not do.
      this.#cuts = this.#ceiling.isKnown ? 0 : CUTS_BEFORE_TRIAL - 1;
      this.#ceiling.refused(telling, this.#history.startsPerSecond(telling, SECOND));
    }
    this.#cuts++;
    if (this.#ceiling.isKnown) {
      this.#rate = this.#ceiling.callsPerSecond * (this.#cuts === 1 ? USED_SHARE : USED_SHARE / 2);
    }
    if (this.#cuts >= CUTS_BEFORE_TRIAL) this.#beginTrials(nth);
    this.#beginRound(now);
  }

  #paceAt(now: number, nth: number): PaceByThen {
    const { isKnown, callsPerSecond, window } = this.#ceiling;
    const isKept = this.#rate * this.#singles.state.left <= callsPerSecond * USED_SHARE;
    return {
      callsPerSecond: this.#rate,
      ceiling: isKnown ? { window, isKept } : undefined,
      takenSinceCut: this.#acceptedSinceCut,
      isAtRest: !this.#isRestOver(now),
      isTooSoon: this.#isTooSoon(nth),
      isTrying: this.#trialMs !== undefined,
    };
  }

  #isRestOver(now: number): boolean {
    const { lastsMs, lastsCalls } = this.manners;
    return now - this.#cutAt >= lastsMs && this.#acceptedSinceCut >= lastsCalls;
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
    this.#firstSinceCut = this.#history.next;
    this.#acceptedSinceCut = 0;
  }

  #raise(now: number, nth: number, elapsedMs: number): void {
    const ceiling = this.#ceiling.callsPerSecond;
    if (this.#rate < ceiling * USED_SHARE) this.#climb(nth, elapsedMs);
    else if (this.#isRestOver(now) && this.#singles.state.left === 1) {
      this.#singles.roseAboveRest();
      this.#rate += ceiling * this.manners.creepPerSecond[this.#ceiling.window] * (elapsedMs / SECOND);
    }
    this.#ceiling.tookAt(this.#rate);
    this.#singles.tookAt(this.#rate, nth);
  }

  #climb(nth: number, elapsedMs: number): void {
    if (this.#singles.isHolding(nth)) return;
    const { isKnown, callsPerSecond, window } = this.#ceiling;
    const slowness = this.#singles.isFirstOpen ? CAREFUL : SLOWNESS[window];
    const doublingMs = isKnown ? RETURN_DOUBLING_MS : DOUBLING_MS * slowness;
    const proven = Math.max(FIRST_RATE, this.#history.startsPerSecond(nth, SECOND));
    const highest = Math.min(
      callsPerSecond * USED_SHARE,
      proven * (isKnown ? MOST_PER_ROUND_OF_RETURN : MOST_PER_ROUND),
      this.#rate * MOST_PER_CALL,
    );
    this.#rate = Math.max(this.#rate, Math.min(highest, this.#rate * 2 ** (elapsedMs / doublingMs)));
  }
}
