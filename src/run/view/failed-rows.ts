import { stat } from 'node:fs/promises';
import { type DeadLetter, UNREADABLE } from '../../checkpoint/dead-letter.js';
import type { RowFailure, ValueCount } from '../../monitor/view/view-forms.js';
import { START } from '../../rows/row.js';
import { LETTERS_LAYOUT, letterOfRow } from '../retry/letters.js';
import { type Bounds, boundedSource } from './bounded-source.js';
import { IndexedFile } from './indexed-file.js';

/**
 * Which rows failed, and why: their numbers are kept in memory, in 6 bytes each, and what is said of them is read when it
 * is shown. The letters stand in the order of the rows.
 */
export class FailedRows {
  readonly #file: IndexedFile;
  readonly #kinds: string[] = [];
  /** By kind. */
  readonly #counts: number[] = [];
  /** Of each letter: the number of its row in the input. */
  #rows = new Uint32Array(1_024);
  #letters = 0;
  /** Numbers of rows in the input that have no place in the output. */
  readonly #unreadable: number[] = [];

  constructor(private letters: Bounds) {
    const source = boundedSource(false, () => this.letters);
    this.#file = new IndexedFile({ source, layout: LETTERS_LAYOUT, columns: [], start: START, gzip: false });
  }

  /** Reads the letters that have come since. */
  async extend(letters: Bounds, signal: AbortSignal): Promise<void> {
    this.letters = letters;
    if ((await stat(letters.path).catch(() => undefined)) === undefined) return;
    await this.#file.extend(undefined, signal, ({ rows }) => {
      for (const row of rows) this.#add(letterOfRow(row));
    });
  }

  /** Failures of rows that have a place in the output, by kind, the most frequent first. */
  get counts(): ValueCount[] {
    return this.#kinds
      .map((value, index) => ({ value, count: this.#counts[index] ?? 0 }))
      .sort((a, b) => b.count - a.count);
  }

  /** Rows of the input without a place in the output. */
  get unreadable(): number {
    return this.#unreadable.length;
  }

  /** The number in the input of the row at a place of the output. */
  rowAt(at: number): number {
    const skipped = this.#unreadable;
    let low = 0;
    let high = skipped.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((skipped[middle] ?? 0) - middle <= at) low = middle + 1;
      else high = middle;
    }
    return at + low;
  }

  /** True for the number of a row in the input that failed. */
  has(row: number): boolean {
    return this.#rows[this.#letterFrom(row)] === row && this.#letterFrom(row) < this.#letters;
  }

  /** Why rows failed, by their numbers in the input. */
  async of(rows: readonly number[]): Promise<ReadonlyMap<number, RowFailure>> {
    const letters = rows.filter((row) => this.has(row)).map((row) => this.#letterFrom(row) + 1);
    const found = await this.#file.readEach(letters);
    return new Map(found.map((line) => failureOf(letterOfRow(line))));
  }

  /** Why rows failed, in their order, from a number in the input on. */
  async *from(row: number): AsyncGenerator<readonly [number, RowFailure], void> {
    for await (const lines of this.#file.read(this.#letterFrom(row) + 1, this.#letters))
      for (const line of lines) yield failureOf(letterOfRow(line));
  }

  #add({ row, error }: DeadLetter): void {
    if (this.#letters === this.#rows.length) {
      const larger = new Uint32Array(this.#rows.length * 2);
      larger.set(this.#rows);
      this.#rows = larger;
    }
    this.#rows[this.#letters++] = row;
    if (error.kind === UNREADABLE) {
      this.#unreadable.push(row);
      return;
    }
    const known = this.#kinds.indexOf(error.kind);
    const kind = known === -1 ? this.#kinds.push(error.kind) - 1 : known;
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
  }

  /** How many letters are of rows before this one. */
  #letterFrom(row: number): number {
    let low = 0;
    let high = this.#letters;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#rows[middle] ?? 0) < row) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function failureOf({ row, error }: DeadLetter): readonly [number, RowFailure] {
  return [row, { kind: error.kind, message: error.message ?? '' }];
}
