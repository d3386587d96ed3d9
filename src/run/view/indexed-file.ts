import type { ByteSource } from '../../rows/byte-source.js';
import type { Layout } from '../../rows/format.js';
import { readRows } from '../../rows/read-rows.js';
import type { Position, Row, RowBlock } from '../../rows/row.js';

/** A place is kept for each of so many rows: any row is then read together with fewer than these. */
const ROWS_A_PLACE = 100;

export interface IndexedFileOptions {
  readonly source: ByteSource;
  readonly layout: Layout;
  readonly columns: readonly string[];
  /** Where the first row starts. */
  readonly start: Position;
  /** Compressed: a place is reached by reading all before it. */
  readonly gzip: boolean;
}

/**
 * A file of rows of which any row can be read at once, by an index of offsets that grows as the file is read from start to end.
 * It takes 8 bytes for 100 rows.
 */
export class IndexedFile {
  readonly #options: IndexedFileOptions;
  /** Where each hundred of rows starts. */
  readonly #offsets: number[];
  #end: Position;
  #unreadable = 0;

  constructor(options: IndexedFileOptions) {
    this.#options = options;
    this.#offsets = [options.start.offset];
    this.#end = options.start;
  }

  /** Rows that are known. */
  get rows(): number {
    return this.#end.row;
  }

  /** Bytes that are known, of the decompressed text. */
  get bytes(): number {
    return this.#end.offset;
  }

  /** Rows among those that cannot be read. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /**
   * Reads on from the rows that are known.
   *
   * @param lastRow rows behind this one are left alone.
   * @param visit called with the rows of each block, before they count as known.
   */
  async extend(
    lastRow: number | undefined,
    signal: AbortSignal,
    visit: (block: RowBlock) => void,
  ): Promise<void> {
    if (lastRow !== undefined && lastRow <= this.rows) return;
    for await (const block of this.#blocks(this.#end, lastRow)) {
      if (signal.aborted) return;
      visit(block);
      this.#unreadable += block.unreadable.length;
      const { row, offset } = block.end;
      if (row % ROWS_A_PLACE === 0 && row / ROWS_A_PLACE === this.#offsets.length) this.#offsets.push(offset);
      this.#end = block.end;
    }
  }

  /** The known rows from one number up to another, both included, in blocks. */
  async *read(from: number, to: number): AsyncGenerator<readonly Row[], void> {
    const last = Math.min(to, this.rows);
    const first = Math.max(1, from);
    if (last < first) return;
    const place = Math.floor((first - 1) / ROWS_A_PLACE);
    const offset = this.#offsets[place] ?? this.#options.start.offset;
    const start: Position = { offset, row: place * ROWS_A_PLACE, line: 1, crc: 0 };
    for await (const { rows } of this.#blocks(start, last)) {
      if (rows.length === 0) continue;
      yield (rows[0]?.number ?? first) >= first ? rows : rows.filter(({ number }) => number >= first);
    }
  }

  /** Known rows by their numbers, in the order of these. */
  async readEach(numbers: readonly number[]): Promise<Row[]> {
    const found = new Map<number, Row>();
    for (const { from, to } of this.#stretches(numbers)) {
      const wanted = new Set(numbers.filter((number) => number >= from && number <= to));
      for await (const rows of this.read(from, to))
        for (const row of rows) if (wanted.has(row.number)) found.set(row.number, row);
    }
    return numbers.flatMap((number) => found.get(number) ?? []);
  }

  /** Rows are read in one go where they are neighbours, or where the file has to be read from its start anyway. */
  #stretches(numbers: readonly number[]): { readonly from: number; readonly to: number }[] {
    const stretches: { from: number; to: number }[] = [];
    for (const number of [...numbers].sort((a, b) => a - b)) {
      const last = stretches.at(-1);
      if (last !== undefined && (this.#options.gzip || number - last.to <= ROWS_A_PLACE)) last.to = number;
      else stretches.push({ from: number, to: number });
    }
    return stretches;
  }

  #blocks(from: Position, lastRow: number | undefined): AsyncGenerator<RowBlock, void> {
    const { source, layout, columns } = this.#options;
    return readRows(source, layout, {
      columns,
      from,
      blockRows: ROWS_A_PLACE,
      badRows: 'collect',
      ...(lastRow === undefined ? {} : { lastRow }),
    });
  }
}
