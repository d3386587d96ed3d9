import { compareDecimals } from './compare-decimals.js';

/** Calls of `toJSON` so far: see `stringifyJson`. */
let written = 0;

export function exactNumbersWritten(): number {
  return written;
}

/**
 * A number that keeps its digits as written: `1.10`, `1e400`, `9007199254740993`. It acts as a number in JavaScript's
 * arithmetic and comparisons; LiquidJS calls `equals` and the like in conditions.
 */
export class ExactNumber {
  /** @param digits in JSON's notation (RFC 8259, 6). */
  constructor(readonly digits: string) {}

  /** The nearest JavaScript number; infinite where it is too large for one. */
  valueOf(): number {
    return Number(this.digits);
  }

  toString(): string {
    return this.digits;
  }

  /** For plain `JSON.stringify`, which cannot write the digits. */
  toJSON(): number {
    written++;
    return this.valueOf();
  }

  equals(other: unknown): boolean {
    // In Liquid a text never equals a number.
    return typeof other !== 'string' && this.#compare(other) === 0;
  }

  gt(other: unknown): boolean {
    return this.#compare(other) > 0;
  }

  geq(other: unknown): boolean {
    return this.#compare(other) >= 0;
  }

  lt(other: unknown): boolean {
    return this.#compare(other) < 0;
  }

  leq(other: unknown): boolean {
    return this.#compare(other) <= 0;
  }

  /** Below 0, 0, or above 0; NaN, which fails every comparison, where the other is no number. */
  #compare(other: unknown): number {
    if (other instanceof ExactNumber) return compareDecimals(this.digits, other.digits);
    // JavaScript, and so LiquidJS, converts a text that is compared with a number.
    const number = typeof other === 'number' || typeof other === 'string' ? Number(other) : Number.NaN;
    return Number.isFinite(number) ? compareDecimals(this.digits, String(number)) : 0 - number;
  }
}
