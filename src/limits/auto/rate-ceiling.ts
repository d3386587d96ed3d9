import { SECOND } from '../durations.js';
import type { StartHistory } from '../pace/start-history.js';

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

/** A ceiling stands for so long: a refusal within it means a wrong ceiling, not a call too many. */
export const CEILING_LASTS_MS = 20 * SECOND;

/**
 * The highest rate that a service takes in the long run, estimated from its refusals. What it took in the
 * window before a refused call started is its limit, if it counts over such a window. Time shows whether it
 * does: a bucket or a window of a minute takes a burst, and then refuses at rates that it took before.
 */
export class RateCeiling {
  #callsPerSecond = Number.POSITIVE_INFINITY;
  #window = 0;
  /** For each window, the rate taken in it before the last refusal that counted, and the most there ever was. */
  #taken: readonly number[] = [];
  #most: readonly number[] = [];
  #lastRefused: number | undefined;
  /** The last ceiling that was dropped. */
  #gone = Number.POSITIVE_INFINITY;

  constructor(private readonly history: StartHistory) {}

  /** Infinite while none is known. */
  get callsPerSecond(): number {
    return this.#callsPerSecond;
  }

  get isKnown(): boolean {
    return this.#callsPerSecond !== Number.POSITIVE_INFINITY;
  }

  /** 0 where the service seems to count over a second, up to 2 where over a minute. */
  get window(): 0 | 1 | 2 {
    return this.#window === 0 ? 0 : this.#window === 1 ? 1 : 2;
  }

  /** Records that the service takes calls at this rate. */
  tookAt(callsPerSecond: number): void {
    if (this.isKnown && callsPerSecond > GONE * this.#callsPerSecond) {
      this.#gone = this.#callsPerSecond;
      this.#callsPerSecond = Number.POSITIVE_INFINITY;
    }
    if (callsPerSecond > OTHER_SERVICE * this.#gone) {
      this.#gone = Number.POSITIVE_INFINITY;
      this.#window = 0;
      this.#most = [];
    }
  }

  /** Records that the n-th call was refused at this rate, where no earlier refusal explains it. */
  refused(nth: number, callsPerSecond: number): void {
    const taken = WINDOWS_MS.map((ms) => this.history.acceptedPerSecond(nth, ms));
    while (this.#window < 2 && at(taken, this.#window) < REFUTED_SHARE * at(this.#most, this.#window)) {
      this.#window++;
    }
    const estimate = this.#estimate(nth, at(taken, this.#window));
    // A refusal never proves a higher rate than the one in use.
    const atMost = this.isKnown ? Math.max(this.#callsPerSecond, callsPerSecond) : callsPerSecond;
    if (estimate > 0) this.#callsPerSecond = Math.min(estimate, atMost);
    this.#taken = taken;
    this.#most = taken.map((rate, window) => Math.max(rate, at(this.#most, window)));
    this.#lastRefused = nth;
  }

  /** Records that the n-th call was a trial after a silence: if the silence outlasted a window, the window is longer. */
  triedOut(nth: number): void {
    const silenceMs = this.#msSinceRefusal(nth);
    if (this.history.acceptedPerSecond(nth, silenceMs) > SILENT_SHARE * this.#callsPerSecond) return;
    while (this.#window < 2 && silenceMs > SILENCE_MARGIN * at(WINDOWS_MS, this.#window)) {
      this.#window++;
      const taken = at(this.#taken, this.#window);
      if (taken > 0) this.#callsPerSecond = taken;
    }
  }

  #estimate(nth: number, takenInWindow: number): number {
    const sinceMs = this.#msSinceRefusal(nth);
    if (sinceMs >= CEILING_LASTS_MS) return takenInWindow;
    // A bucket was empty at both refusals: what it took between them is the rate at which it fills.
    const between = this.history.acceptedPerSecond(nth, sinceMs);
    return Math.max(between, LOWERED_SHARE * Math.min(takenInWindow, this.#callsPerSecond));
  }

  #msSinceRefusal(nth: number): number {
    if (this.#lastRefused === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(1, this.history.startOf(nth) - this.history.startOf(this.#lastRefused));
  }
}

function at(rates: readonly number[], window: number): number {
  return rates[window] ?? 0;
}
