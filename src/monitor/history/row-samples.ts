import type { ShownInputs } from './shown-row.js';

const KEPT = 12;

export type SampleRow = {
  row: number;
  inputs: ShownInputs;
  answer: string;
  calls: number;
  ms: number;
};

export type SamplesSnapshot = { seen: number; next: number; weight: number; rows: SampleRow[] };

/**
 * Samples a few rows, each with the same chance however many come: reservoir sampling. Algorithm L (Li, 1994)
 * draws how many rows to skip until the next one, so that a row costs a comparison and no random number.
 */
export class RowSamples {
  #seen: number;
  #next: number;
  #weight: number;
  readonly #rows: SampleRow[];

  /** @param random 0 to 1. */
  constructor(
    private readonly random: () => number,
    before?: SamplesSnapshot,
  ) {
    this.#seen = before?.seen ?? 0;
    this.#next = before?.next ?? 1;
    this.#weight = before?.weight ?? 1;
    this.#rows = before === undefined ? [] : structuredClone(before.rows);
  }

  /** Counts a row. True if the caller must pass it to `keep`. */
  wantsNext(): boolean {
    return ++this.#seen === this.#next;
  }

  keep(row: SampleRow): void {
    if (this.#rows.length < KEPT) {
      this.#rows.push(row);
      this.#next = this.#seen + 1;
      if (this.#rows.length === KEPT) this.#skip();
      return;
    }
    this.#rows[Math.floor(this.random() * KEPT)] = row;
    this.#skip();
  }

  snapshot(): SamplesSnapshot {
    return { seen: this.#seen, next: this.#next, weight: this.#weight, rows: structuredClone(this.#rows) };
  }

  #skip(): void {
    this.#weight *= Math.exp(Math.log(this.#chance()) / KEPT);
    this.#next = this.#seen + 1 + Math.floor(Math.log(this.#chance()) / Math.log1p(-this.#weight));
  }

  /** Above 0, so that it has a logarithm. */
  #chance(): number {
    return 1 - this.random();
  }
}
