import { SECOND } from '../durations.js';
import type { CallHistory } from '../pace/start-history.js';
import { CEILING_LASTS_MS } from './ceiling-manners.js';

/** The windows over which services count calls; the shortest that fits what was seen is assumed. */
const WINDOWS_MS = [1 * SECOND, 10 * SECOND, 60 * SECOND] as const;

/** A refusal at less than this share of what the window once took refutes this window. */
const REFUTED_SHARE = 0.85;

/** A call refused after a silence longer than a window by this factor: the service's window is longer. */
const SILENCE_MARGIN = 1.2;

/** Silence is fewer accepted calls than this share of the ceiling. */
const SILENT_SHARE = 0.1;

/** Refused again before the rate was raised, the ceiling was too high: it goes down to no less than this share. */
const LOWERED_SHARE = 0.87;

/** At this multiple of a ceiling without a refusal, the ceiling is dropped. */
const GONE = 1.25;

/** At this multiple, all that was learned of the service is dropped. */
const OTHER_SERVICE = 2;

/** What a ceiling is made of. It is plain JSON. */
export interface CeilingState {
  /** Undefined while none is known. */
  readonly callsPerSecond?: number | undefined;
  readonly window: 0 | 1 | 2;
  /** For each window, the rate taken in it before the last refusal that counted, and the most there ever was. */
  readonly taken: readonly number[];
  readonly most: readonly number[];
  readonly lastRefused?: number | undefined;
  /** The last ceiling that was dropped. */
  readonly gone?: number | undefined;
}

export const NO_CEILING: CeilingState = { window: 0, taken: [], most: [] };

/**
 * The highest rate that a service takes in the long run, estimated from its refusals. What it took in the
 * window before a refused call started is its limit, if it counts over such a window. Time shows whether it
 * does: a bucket or a window of a minute takes a burst, and then refuses at rates that it took before.
 */
export class RateCeiling {
  constructor(
    private readonly history: CallHistory,
    public state: CeilingState = NO_CEILING,
  ) {}

  /** Infinite while none is known. */
  get callsPerSecond(): number {
    return this.state.callsPerSecond ?? Number.POSITIVE_INFINITY;
  }

  get isKnown(): boolean {
    return this.state.callsPerSecond !== undefined;
  }

  /** 0 where the service seems to count over a second, up to 2 where over a minute. */
  get window(): 0 | 1 | 2 {
    return this.state.window;
  }

  /** Forgets all that refusals seemed to show. */
  forget(): void {
    this.state = NO_CEILING;
  }

  /** Records that the service takes calls at this rate. */
  tookAt(callsPerSecond: number): void {
    if (callsPerSecond > GONE * this.callsPerSecond) {
      this.state = { ...this.state, callsPerSecond: undefined, gone: this.callsPerSecond };
    }
    const { gone } = this.state;
    if (gone !== undefined && callsPerSecond > OTHER_SERVICE * gone) {
      this.state = { ...this.state, gone: undefined, window: 0, most: [] };
    }
  }

  /** Records that the n-th call was refused at this rate, where no earlier refusal explains it. */
  refused(nth: number, callsPerSecond: number): void {
    const { most } = this.state;
    const taken = WINDOWS_MS.map((ms) => this.history.acceptedPerSecond(nth, ms));
    let { window } = this.state;
    while (window < 2 && at(taken, window) < REFUTED_SHARE * at(most, window)) window = longer(window);
    const estimate = this.#estimate(nth, at(taken, window));
    // A refusal never proves a higher rate than the one in use.
    const atMost = Math.max(this.state.callsPerSecond ?? 0, callsPerSecond);
    this.state = {
      ...this.state,
      ...(estimate > 0 && { callsPerSecond: Math.min(estimate, atMost) }),
      window,
      taken,
      most: taken.map((rate, index) => Math.max(rate, at(most, index))),
      lastRefused: nth,
    };
  }

  /** Records that the n-th call was a trial after a silence: if the silence outlasted a window, the window is longer. */
  triedOut(nth: number): void {
    const silenceMs = this.#msSinceRefusal(nth);
    if (this.history.acceptedPerSecond(nth, silenceMs) > SILENT_SHARE * this.callsPerSecond) return;
    let { window, callsPerSecond } = this.state;
    while (window < 2 && silenceMs > SILENCE_MARGIN * at(WINDOWS_MS, window)) {
      window = longer(window);
      const taken = at(this.state.taken, window);
      if (taken > 0) callsPerSecond = taken;
    }
    this.state = { ...this.state, window, callsPerSecond };
  }

  #estimate(nth: number, takenInWindow: number): number {
    const sinceMs = this.#msSinceRefusal(nth);
    if (sinceMs >= CEILING_LASTS_MS) return takenInWindow;
    // A bucket was empty at both refusals: what it took between them is the rate at which it fills.
    const between = this.history.acceptedPerSecond(nth, sinceMs);
    return Math.max(between, LOWERED_SHARE * Math.min(takenInWindow, this.callsPerSecond));
  }

  #msSinceRefusal(nth: number): number {
    const { lastRefused } = this.state;
    if (lastRefused === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(1, this.history.startOf(nth) - this.history.startOf(lastRefused));
  }
}

function at(rates: readonly number[], window: number): number {
  return rates[window] ?? 0;
}

function longer(window: 0 | 1 | 2): 0 | 1 | 2 {
  return window === 0 ? 1 : 2;
}
