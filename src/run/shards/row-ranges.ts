/**
 * A set of row numbers as ranges: rows that are sent are mostly consecutive, so a million of them take a few bytes.
 *
 * As text, `1-17,19,21-40`.
 */
export class RowRanges {
  /** First and last row of each range in turn, ascending. */
  readonly #bounds: number[] = [];
  #count = 0;

  /** @param rows ascending, each once. */
  static of(rows: Iterable<number>): RowRanges {
    const ranges = new RowRanges();
    for (const row of rows) ranges.add(row);
    return ranges;
  }

  /** @throws RangeError where the text is not what `toString` gives. */
  static parse(text: string): RowRanges {
    const ranges = new RowRanges();
    if (text === '') return ranges;
    for (const part of text.split(',')) {
      const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
      if (first === undefined || last === undefined) throw new RangeError(`no range of rows: ${part}`);
      ranges.#addRange(Number(first), Number(last));
    }
    return ranges;
  }

  static between(first: number, last: number): RowRanges {
    const ranges = new RowRanges();
    ranges.#addRange(first, last);
    return ranges;
  }

  get count(): number {
    return this.#count;
  }

  /** 0 where it is empty. */
  get first(): number {
    return this.#bounds[0] ?? 0;
  }

  get last(): number {
    return this.#bounds.at(-1) ?? 0;
  }

  /** @param row greater than all before it. */
  add(row: number): void {
    const end = this.#bounds.length - 1;
    if (this.#bounds[end] === row - 1) {
      this.#bounds[end] = row;
      this.#count++;
    } else this.#addRange(row, row);
  }

  has(row: number): boolean {
    const range = this.#rangeBefore(row);
    return range >= 0 && row <= (this.#bounds[2 * range + 1] ?? 0);
  }

  *[Symbol.iterator](): Generator<number, void> {
    for (let at = 0; at < this.#bounds.length; at += 2) {
      const last = this.#bounds[at + 1] ?? 0;
      for (let row = this.#bounds[at] ?? 0; row <= last; row++) yield row;
    }
  }

  toString(): string {
    const parts: string[] = [];
    for (let at = 0; at < this.#bounds.length; at += 2) {
      const first = this.#bounds[at];
      const last = this.#bounds[at + 1];
      parts.push(first === last ? `${first}` : `${first}-${last}`);
    }
    return parts.join();
  }

  #addRange(first: number, last: number): void {
    if (last < first || first <= this.last) throw new RangeError(`rows out of order: ${first}-${last}`);
    this.#bounds.push(first, last);
    this.#count += last - first + 1;
  }

  /** The index of the last range that begins at `row` or before; -1 where there is none. */
  #rangeBefore(row: number): number {
    let low = 0;
    let high = this.#bounds.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#bounds[2 * middle] ?? 0) <= row) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
