import type { AlertName } from './alert.js';

/** What changed since a condition was last evaluated. */
export type Change = 'firing' | 'recovered' | 'nothing';

/**
 * A fault that an alert reports. It is evaluated once a second, fires once, and recovers once. The time is handed in.
 */
export interface Condition {
  readonly alert: AlertName;
  /** Where it fires, in the unit of `value`. */
  readonly threshold: number;
  /** Its value at the last evaluation. */
  readonly value: number;
  /** @param now ms, monotonic; never less than the time before. */
  evaluate(now: number): Change;
  /** The last evaluation in words; begins in lower case, ends without a full stop. */
  describe(): string;
}

/** Remembers whether a condition fires, so that its beginning and its end are each reported once. */
export class Latch {
  #isFiring = false;

  get isFiring(): boolean {
    return this.#isFiring;
  }

  /** Where both are false, the state stays: a value that wavers about its threshold makes one alert. */
  turn(isOver: boolean, isWell: boolean): Change {
    if (!this.#isFiring && isOver) {
      this.#isFiring = true;
      return 'firing';
    }
    if (this.#isFiring && isWell) {
      this.#isFiring = false;
      return 'recovered';
    }
    return 'nothing';
  }
}

/** A condition recovers at this share of its threshold. */
export const WELL_BELOW = 0.9;

/** The counts that conditions are evaluated from. Each row adds to them, so they are plain numbers. */
export interface Observed {
  /** Rows that got a result since this process began. */
  rows: number;
  /** Of these, rows that failed. */
  failed: number;
  /** The share of the budget that is used, 0 to 1. */
  budgetUsed: number;
}

export function nothingObserved(): Observed {
  return { rows: 0, failed: 0, budgetUsed: 0 };
}
