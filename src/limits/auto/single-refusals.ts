import { SECOND } from '../durations.js';
import type { CallHistory } from '../pace/start-history.js';

/** A refusal is one of several if another one came among so many calls before it. */
const FEW_CALLS = 20;

/** Where single refusals are usual, it takes three more, among so many calls: with one call in a hundred refused, that is rare. */
const MORE_CALLS = 32;
const MORE = 3;

/** They are usual for so many calls after the last one that was not for the pace. */
const USUAL_FOR_CALLS = 1_000;

/** The share of the pace that a usual one leaves; so many calls give it back. */
const LEFT_BY_SINGLE = 0.95;
const RETURNED_BY_CALLS = 100;
const LEAST_LEFT = 0.7;

/** The first refusal of all, while nothing is known: this share of the pace goes on until so many later calls were taken. */
const FIRST_SHARE = 0.5;
const TAKEN_AFTER_FIRST = 10;
/** The pace then does not rise for so many calls. If it comes to this multiple unrefused, the refusal was single. */
const HELD_FOR_CALLS = 20;
const PASSED = 1.25;

/** A single refusal at rest, after so many calls, may be for the pace: a test at this share of it tells. */
const TAKEN_AT_REST = 40;
const TEST_SHARE = 0.85;
const TEST_CALLS = 100;
const SHORTEST_TEST_MS = 2 * SECOND;
const LONGEST_TEST_MS = 15 * SECOND;
/** So many calls of the test are still under what came before. */
const BEFORE_TEST = 20;
/** So many such refusals, each at a lower pace, tell as well; one more for each longer window over which the service may count. */
const OFTEN_AT_REST = 2;

/** What is known of refusals that came singly. It is plain JSON. */
export interface SinglesState {
  /** The last refused calls, the latest last. */
  readonly latest: readonly number[];
  /** Of the calls before the one with this index, it is known that single refusals are usual. */
  readonly usualUpTo: number;
  /** The first refusal of all, with the pace by then, while nothing tells yet what it was. */
  readonly first:
    | 'none'
    | 'told'
    | { readonly nth: number; readonly callsPerSecond: number; readonly taken: number };
  readonly isTesting: boolean;
  /** Single refusals at rest, one after the other. */
  readonly atRest: number;
  /** The share of the pace that usual ones have left. */
  readonly left: number;
  /** The first call since the last usual one: that of an earlier call slows nothing down. */
  readonly firstSince: number;
}

/** Nothing is known. */
export const NO_SINGLES: SinglesState = {
  latest: [],
  usualUpTo: 0,
  first: 'none',
  isTesting: false,
  atRest: 0,
  left: 1,
  firstSince: 0,
};

/** How the pace is by when a call is refused. */
export interface PaceByThen {
  readonly callsPerSecond: number;
  /** What is taken for the limit; undefined where none is known. */
  readonly ceiling: { readonly window: 0 | 1 | 2; readonly isKept: boolean } | undefined;
  readonly takenSinceCut: number;
  /** It has been below the ceiling since the last cut, and was not to rise yet. */
  readonly isAtRest: boolean;
  /** The call went out so soon after a cut that this one was too small. */
  readonly isTooSoon: boolean;
  /** Only single calls go out. */
  readonly isTrying: boolean;
}

/**
 * What a refusal tells: of a limit; of nothing, since it was `single`; or of no limit and never did, since single ones are
 * usual, as is known only now.
 */
export type RefusalSays = 'limit' | 'single' | 'single-like-others';

/**
 * Tells refusals of single calls, which some services give whatever the pace (one server of many is busy), from those that
 * a limit gives. A limit's come several together, and none come at a lower pace: so the first one of all only slows the
 * pace down, and where one comes at rest, a lower pace is tried for a while. Where they turn out to be usual, each slows
 * the pace down a little, and calls give that back.
 */
export class SingleRefusals {
  constructor(
    private readonly history: CallHistory,
    public state: SinglesState = NO_SINGLES,
  ) {}

  /** The share of the pace that may be used at present. */
  get share(): number {
    const { first, isTesting, left } = this.state;
    if (isTesting) return left * TEST_SHARE;
    return typeof first === 'object' && first.taken < TAKEN_AFTER_FIRST ? left * FIRST_SHARE : left;
  }

  /** True while nothing tells what the first refusal of all was. */
  get isFirstOpen(): boolean {
    return typeof this.state.first === 'object';
  }

  /** True if the pace is not to rise yet: a refusal a few calls before the `nth` may be a limit's. */
  isHolding(nth: number): boolean {
    return this.tellingOf(nth) !== nth;
  }

  /** The refused call that tells of the limit which the `nth` one was refused by: the first of all, if it is still open. */
  tellingOf(nth: number): number {
    const { first } = this.state;
    return typeof first === 'object' && this.#callsSince(first.nth, nth) < HELD_FOR_CALLS ? first.nth : nth;
  }

  /** Records that the service took the `nth` call. */
  accepted(nth: number, takenSinceCut: number, sinceCutMs: number): void {
    const { first, isTesting, left } = this.state;
    this.state = {
      ...this.state,
      first: typeof first === 'object' && nth > first.nth ? { ...first, taken: first.taken + 1 } : first,
      isTesting: isTesting && !isTestOver(takenSinceCut, sinceCutMs),
      left: Math.min(1, left + (1 - LEFT_BY_SINGLE) / RETURNED_BY_CALLS),
    };
  }

  /** Records that the service took calls at this pace, the `nth` one of them. */
  tookAt(callsPerSecond: number, nth: number): void {
    const { first } = this.state;
    if (typeof first === 'object' && callsPerSecond > PASSED * first.callsPerSecond) this.#prove(nth);
  }

  /** Records that the service took calls above what was the pace at rest. */
  roseAboveRest(): void {
    this.state = { ...this.state, atRest: 0 };
  }

  /** Records that the service refused the `nth` call: true if it is one of several. To be followed by `judge`, if it is of the present pace. */
  refused(nth: number): boolean {
    const others = this.state.latest;
    this.state = { ...this.state, latest: [...others, nth].slice(-MORE) };
    const [before, calls] = this.#areUsual(nth)
      ? [others.length < MORE ? undefined : others[0], MORE_CALLS]
      : [others.at(-1), FEW_CALLS];
    return before !== undefined && this.#callsSince(before, nth) < calls;
  }

  /** Judges the refusal of the `nth` call. */
  judge(nth: number, isOneOfSeveral: boolean, pace: PaceByThen): RefusalSays {
    if (isOneOfSeveral || pace.isTrying) return this.#limit(false);
    if (pace.ceiling === undefined && this.state.first === 'none') {
      const { callsPerSecond } = pace;
      this.state = { ...this.state, first: { nth, callsPerSecond, taken: 0 } };
      this.#slowDown(nth);
      return 'single';
    }
    const isOld = pace.ceiling !== undefined && !pace.isTooSoon;
    const isAtRest = isOld && pace.isAtRest && pace.takenSinceCut >= TAKEN_AT_REST;
    if (isOld && this.#isToldBy(pace, isAtRest)) {
      this.#prove(nth);
      this.#slowDown(nth);
      return 'single-like-others';
    }
    if (!this.#areUsual(nth)) return this.#limit(isAtRest);
    if (pace.ceiling?.isKept !== false) this.#prove(nth);
    this.#slowDown(nth);
    return 'single';
  }

  #isToldBy({ ceiling, takenSinceCut }: PaceByThen, isAtRest: boolean): boolean {
    const { isTesting, atRest } = this.state;
    if (isTesting && takenSinceCut >= BEFORE_TEST) return true;
    return isAtRest && atRest >= OFTEN_AT_REST + (ceiling?.window ?? 0);
  }

  #limit(isAtRest: boolean): 'limit' {
    const atRest = this.state.atRest + (isAtRest ? 1 : 0);
    this.state = { ...this.state, first: 'told', isTesting: isAtRest, atRest };
    return 'limit';
  }

  #areUsual(nth: number): boolean {
    return this.history.indexOf(nth) < this.state.usualUpTo;
  }

  #prove(nth: number): void {
    const usualUpTo = this.history.indexOf(nth) + USUAL_FOR_CALLS;
    this.state = { ...this.state, usualUpTo, first: 'told', isTesting: false, atRest: 0 };
  }

  #slowDown(nth: number): void {
    const { firstSince, left } = this.state;
    if (nth < firstSince) return;
    const lower = Math.max(LEAST_LEFT, left * LEFT_BY_SINGLE);
    this.state = { ...this.state, left: lower, firstSince: this.history.next };
  }

  #callsSince(before: number, nth: number): number {
    return Math.abs(this.history.indexOf(nth) - this.history.indexOf(before));
  }
}

function isTestOver(calls: number, ms: number): boolean {
  return ms >= LONGEST_TEST_MS || (calls >= TEST_CALLS && ms >= SHORTEST_TEST_MS);
}
