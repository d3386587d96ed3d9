import { compareDecimals } from './compare-decimals.js';

/** How many were asked for their JSON so far: see `stringifyJson`. */
let written = 0;

export function exactNumbersWritten(): number {
  return written;
}

/**
 * A number that keeps the digits with which it was written: `1.10`, `1e400`, `9007199254740993`. It counts as a number
 * in JavaScript's arithmetic and comparisons; `equals` and the like are what LiquidJS asks in conditions.
 */
export class ExactNumber {
  /** @param digits a number as JSON writes it (RFC 8259, 6) */
  constructor(readonly digits: string) {}

  /** The nearest JavaScript number; infinite where that has none. */
  valueOf(): number {
    return Number(this.digits);
  }

  toString(): string {
    return this.digits;
  }

  /** For those who use plain `JSON.stringify`: it cannot write digits as they are. */
  toJSON(): number {
    written++;
    return this.valueOf();
  }

  equals(other: unknown): boolean {
    // A text is no number to Liquid.
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

  /** Below, at or above 0; NaN where the other is no number, which no comparison holds for. */
  #compare(other: unknown): number {
    if (other instanceof ExactNumber) return compareDecimals(this.digits, other.digits);
    // JavaScript, and so LiquidJS, takes a text for the number in it, where the other side is one.
    const number = typeof other === 'number' || typeof other === 'string' ? Number(other) : Number.NaN;
    return Number.isFinite(number) ? compareDecimals(this.digits, String(number)) : 0 - number;
  }
}
