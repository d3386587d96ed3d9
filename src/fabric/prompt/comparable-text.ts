import { Drop } from 'liquidjs';

/** `12`, `-0.5`, `1e6`: texts that are numbers. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * A row's text as conditions see it. The numbers of a CSV file are texts, which LiquidJS never finds equal to a number. Here
 * a text that is a number compares with a number as a number and with a text as a text: `id == "007"` means just that.
 * (LiquidJS asks a value with these five methods.)
 */
export class ComparableText extends Drop {
  constructor(private readonly text: string) {
    super();
  }

  override valueOf(): string {
    return this.text;
  }

  /** Characters, as LiquidJS counts those of a text. */
  get size(): number {
    return this.text.length;
  }

  equals(other: unknown): boolean {
    if (other instanceof ComparableText) return this.text === other.text;
    if (isComparison(other)) return other.equals(this.text);
    const number = this.#asNumberFor(other);
    return number === undefined ? this.text === other : number === other;
  }

  gt(other: unknown): boolean {
    return this.#compare(other, (one, two) => one > two);
  }

  geq(other: unknown): boolean {
    return this.#compare(other, (one, two) => one >= two);
  }

  lt(other: unknown): boolean {
    return this.#compare(other, (one, two) => one < two);
  }

  leq(other: unknown): boolean {
    return this.#compare(other, (one, two) => one <= two);
  }

  /** Two texts that are both numbers are compared as numbers. What is no number is neither more nor less than one. */
  #compare(other: unknown, holds: (one: number | string, two: number | string) => boolean): boolean {
    if (other instanceof ComparableText) {
      return NUMBER.test(this.text) && NUMBER.test(other.text)
        ? holds(Number(this.text), Number(other.text))
        : holds(this.text, other.text);
    }
    if (typeof other === 'string') return holds(this.text, other);
    const number = this.#asNumberFor(other);
    return number !== undefined && typeof other === 'number' && holds(number, other);
  }

  #asNumberFor(other: unknown): number | undefined {
    const text = this.text.trim();
    return typeof other === 'number' && NUMBER.test(text) ? Number(text) : undefined;
  }
}

/** `blank` and `empty` compare themselves. */
function isComparison(value: unknown): value is { equals(other: unknown): boolean } {
  return (
    typeof value === 'object' && value !== null && 'equals' in value && typeof value.equals === 'function'
  );
}
