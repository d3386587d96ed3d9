import type { AlertName } from './alert.js';

/** What changed since a condition was last asked. */
export type Change = 'firing' | 'recovered' | 'nothing';

/**
 * Something that should not be so. It is asked now and then, fires once, and says when it is over.
 * Time is handed in: it knows none itself.
 */
export interface Condition {
  readonly alert: AlertName;
  /** From where it fires, in the unit of `value`. */
  readonly threshold: number;
  /** What it found when it was last asked. */
  readonly value: number;
  /** @param now ms, monotonic; never less than the time before. */
  evaluate(now: number): Change;
  /** What it found when it was last asked, for a person; begins in lower case, ends without a full stop. */
  describe(): string;
}

/** Remembers whether something fires, so that it is said once, and that its end is said once. */
export class Latch {
  #isFiring = false;

  get isFiring(): boolean {
    return this.#isFiring;
  }

  /** Where both are false, all stays as it is: a value that wavers about its threshold is not told again and again. */
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

/** A value is well again only when it is a tenth below the threshold. */
export const WELL_BELOW = 0.9;
