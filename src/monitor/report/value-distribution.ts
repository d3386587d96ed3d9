/** The values of a column of answers, in figures that fit on a page whatever the number of rows. */
export interface ValueDistribution {
  readonly column: string;
  readonly values: number;
  readonly empty: number;
  readonly shape: ValueShape;
}

export type ValueShape =
  | { readonly kind: 'labels'; readonly labels: readonly LabelCount[] }
  | { readonly kind: 'numbers' | 'lengths'; readonly median: number; readonly bars: readonly ValueBar[] }
  | { readonly kind: 'nothing' };

export interface LabelCount {
  readonly label: string;
  readonly count: number;
}

/** Values from `from` up to `to`, in the column's own unit; lengths are in characters. */
export interface ValueBar {
  readonly from: number;
  readonly to: number;
  /** 0 to 1, of the values. */
  readonly share: number;
}

/** With more different values than this, they are no labels. */
const MOST_LABELS = 24;

/** Longer texts are no labels. */
const LONGEST_LABEL = 60;

/** Numbers and lengths that are kept for the bars. */
const KEPT = 4_000;

const BARS = 12;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/**
 * Gathers the values of one column in bounded memory: labels while there are few, and a sample of numbers and of lengths,
 * drawn evenly by Vitter's algorithm R.
 *
 * @example
 * const gathered = new ValueGatherer('ai_topic', Math.random);
 * for (const value of ['delivery', 'billing', '']) gathered.add(value);
 * gathered.distribution().empty; // 1
 */
export class ValueGatherer {
  #values = 0;
  #empty = 0;
  #numbers = 0;
  #labels: Map<string, number> | undefined = new Map();
  readonly #numberSample: number[] = [];
  readonly #lengthSample: number[] = [];

  /** @param random 0 to 1 */
  constructor(
    private readonly column: string,
    private readonly random: () => number,
  ) {}

  /** @param value as it stands in the file; of JSON that is no text, its JSON. */
  add(value: string): void {
    if (value.trim() === '') {
      this.#empty++;
      return;
    }
    this.#values++;
    this.#countLabel(value);
    this.#keep(this.#lengthSample, this.#values, value.length);
    if (NUMBER.test(value.trim())) this.#keep(this.#numberSample, ++this.#numbers, Number(value));
  }

  distribution(): ValueDistribution {
    return { column: this.column, values: this.#values, empty: this.#empty, shape: this.#shape() };
  }

  #shape(): ValueShape {
    if (this.#values === 0) return { kind: 'nothing' };
    const areNumbers = this.#numbers === this.#values;
    if (this.#labels !== undefined && !(areNumbers && this.#labels.size > 10)) {
      const labels = [...this.#labels].map(([label, count]) => ({ label, count }));
      // Texts that each stand there once are no labels, however few rows there are.
      if (areNumbers || labels.some(({ count }) => count > 1) || labels.length === 1)
        return { kind: 'labels', labels: labels.sort((a, b) => b.count - a.count) };
    }
    const sample = areNumbers ? this.#numberSample : this.#lengthSample;
    return { kind: areNumbers ? 'numbers' : 'lengths', ...barsOf(sample) };
  }

  #countLabel(value: string): void {
    if (this.#labels === undefined) return;
    this.#labels.set(value, (this.#labels.get(value) ?? 0) + 1);
    if (value.length > LONGEST_LABEL || this.#labels.size > MOST_LABELS) this.#labels = undefined;
  }

  #keep(sample: number[], seen: number, value: number): void {
    if (sample.length < KEPT) sample.push(value);
    else {
      const place = Math.floor(this.random() * seen);
      if (place < KEPT) sample[place] = value;
    }
  }
}

/** Bars of one width from the lowest to the highest value of a sample. */
function barsOf(sample: readonly number[]): { readonly median: number; readonly bars: readonly ValueBar[] } {
  const sorted = [...sample].sort((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[0], sorted.at(-1)];
  const median = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  if (low === high) return { median, bars: [{ from: low, to: high, share: 1 }] };
  const counts = new Array<number>(BARS).fill(0);
  const width = (high - low) / BARS;
  for (const value of sorted) {
    const index = Math.min(BARS - 1, Math.floor((value - low) / width));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  const bars = counts.map((count, index) => ({
    from: low + index * width,
    to: low + (index + 1) * width,
    share: count / sorted.length,
  }));
  return { median, bars };
}
