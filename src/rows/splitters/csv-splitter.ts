import type { Layout } from '../format.js';
import { type CellSplitter, cellSplitter, DOUBLED_QUOTES } from '../quoting.js';
import { CsvRecords } from './csv-records.js';
import type { RecordSplitter } from './record-splitter.js';

const BOM = '\ufeff';

/**
 * Splits CSV or TSV text into records (RFC 4180, and as `layout` says otherwise), with the offset after each.
 * It takes 1 µs a row, where csv-parse takes 6: the difference is a sixth of a run against a service that answers at
 * once. Tests compare it with csv-parse.
 */
export function csvSplitter(
  layout: Layout,
  startOffset: number,
  maxRecordBytes: number,
): RecordSplitter<string[]> {
  return new CsvSplitter(layout, startOffset, maxRecordBytes);
}

class CsvSplitter implements RecordSplitter<string[]> {
  records: string[][] = [];
  texts: string[] = [];
  ends: number[] = [];
  readonly damage = 'record';
  readonly #found: CsvRecords;
  readonly #cellsOf: CellSplitter;
  readonly #delimiter: string;
  /** Splits records without quotes at the delimiter, where only quotes are special. */
  readonly #isPlainCut: boolean;

  constructor(layout: Layout, startOffset: number, maxRecordBytes: number) {
    const quoting = layout.quoting ?? DOUBLED_QUOTES;
    this.#delimiter = layout.delimiter;
    this.#cellsOf = cellSplitter(layout.delimiter, quoting);
    this.#isPlainCut = quoting.kind === 'quotes';
    this.#found = new CsvRecords(layout, startOffset, maxRecordBytes, (bytes, start, end, next, hasQuotes) =>
      this.#take(bytes, start, end, next, hasQuotes),
    );
  }

  get problem(): string | undefined {
    return this.#found.problem;
  }

  split(chunk: Buffer): void {
    this.#found.split(chunk);
  }

  finish(): void {
    this.#found.finish();
  }

  clear(): void {
    this.records = [];
    this.texts = [];
    this.ends = [];
  }

  #take(bytes: Buffer, start: number, end: number, next: number, hasQuotes: boolean): void {
    const { offset } = this.#found;
    const whole = bytes.toString('utf8', start, end);
    const text = offset + start === 0 && whole.startsWith(BOM) ? whole.slice(1) : whole;
    if (text === '') return;
    const isPlain = this.#isPlainCut && !hasQuotes;
    this.records.push(isPlain ? text.split(this.#delimiter) : this.#cellsOf(text));
    this.texts.push(text);
    this.ends.push(offset + next);
  }
}
