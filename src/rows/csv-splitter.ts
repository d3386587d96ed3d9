import { CsvError } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import type { Layout } from './format.js';
import { GrowingBytes } from './growing-bytes.js';
import type { RecordSplitter } from './record-splitter.js';

const QUOTE = 0x22;
const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const BOM = '\ufeff';

/** Few records have more, so that it costs little to see then whether the first line is wrong already. */
const LONG_RECORD_BYTES = 64 * 1024;

const NEVER_CLOSED = 'wanted a closing quote, got none: a quoted field that starts in this row never ends';

/**
 * Splits CSV or TSV text into records (RFC 4180), with the offset after each.
 *
 * A record ends at the first line end with an even number of quotes before it. Records without quotes, and
 * those whose quoted fields hold neither quotes nor line ends, are cut apart in place; all others, and all
 * that are wrong, are csv-parse's to judge. Handing it everything takes 6 µs a row, this takes 1 µs: the
 * difference is a sixth of a run against a service that answers at once.
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
  problem: string | undefined;
  readonly #delimiter: string;
  readonly #lineEnd: number;
  /** What has been read of the record that has not ended yet. */
  readonly #open = new GrowingBytes();
  /** How far `#open` has been looked through, and the quotes found there. */
  #seen = 0;
  #quotes = 0;
  /** The first line of `#open` has been judged. */
  #isJudged = false;

  constructor(
    layout: Layout,
    /** Of the first byte of `#open` in the file. */
    private offset: number,
    private readonly maxRecordBytes: number,
  ) {
    this.#delimiter = layout.delimiter;
    this.#lineEnd = layout.newline === '\r' ? CARRIAGE_RETURN : LINE_FEED;
  }

  split(chunk: Buffer): void {
    if (this.problem !== undefined) return;
    this.#open.append(chunk);
    const { bytes } = this.#open;
    let start = 0;
    let from = this.#seen;
    let quotes = this.#quotes;
    let nextQuote = indexOrEnd(bytes, QUOTE, from);
    for (let end = bytes.indexOf(this.#lineEnd, from); end !== -1; end = bytes.indexOf(this.#lineEnd, from)) {
      for (; nextQuote < end; nextQuote = indexOrEnd(bytes, QUOTE, nextQuote + 1)) quotes++;
      from = end + 1;
      if (quotes % 2 === 1) continue;
      this.#take(bytes, start, end, end + 1, quotes > 0);
      if (this.problem !== undefined) return;
      start = end + 1;
      quotes = 0;
    }
    for (; nextQuote < bytes.length; nextQuote = indexOrEnd(bytes, QUOTE, nextQuote + 1)) quotes++;
    this.#open.drop(start);
    this.#seen = bytes.length - start;
    this.#quotes = quotes;
    this.offset += start;
    if (start > 0) this.#isJudged = false;
    if (this.#open.length > LONG_RECORD_BYTES && !this.#isJudged) this.#judgeFirstLine();
    if (this.#open.length > this.maxRecordBytes) this.problem = NEVER_CLOSED;
  }

  finish(): void {
    if (this.problem !== undefined || this.#open.length === 0) return;
    const { bytes } = this.#open;
    this.#take(bytes, 0, bytes.length, bytes.length, this.#quotes > 0);
    if (this.#quotes % 2 === 1) this.problem ??= NEVER_CLOSED;
    this.#open.drop(bytes.length);
  }

  clear(): void {
    this.records = [];
    this.texts = [];
    this.ends = [];
  }

  /** Takes the record in `bytes` from `start` to `end`; the next one starts at `next`. */
  #take(bytes: Buffer, start: number, end: number, next: number, hasQuotes: boolean): void {
    const text = this.#textOf(bytes, start, end);
    if (text === '') return;
    const cells = hasQuotes
      ? (cellsOfSimple(text, this.#delimiter) ?? this.#judge(text))
      : text.split(this.#delimiter);
    if (cells === undefined) return;
    this.records.push(cells);
    this.texts.push(text);
    this.ends.push(this.offset + next);
  }

  #textOf(bytes: Buffer, start: number, end: number): string {
    const isCrLf = this.#lineEnd === LINE_FEED && end > start && bytes[end - 1] === CARRIAGE_RETURN;
    const text = bytes.toString('utf8', start, isCrLf ? end - 1 : end);
    return this.offset + start === 0 && text.startsWith(BOM) ? text.slice(1) : text;
  }

  /**
   * A quote too many opens what never closes. Where csv-parse can tell from the record's first line,
   * nobody has to read 16 MB to find out.
   */
  #judgeFirstLine(): void {
    const end = this.#open.bytes.indexOf(this.#lineEnd);
    if (end === -1) return;
    this.#isJudged = true;
    this.#judge(this.#textOf(this.#open.bytes, 0, end));
    if (this.problem === NEVER_CLOSED) this.problem = undefined;
  }

  #judge(text: string): string[] | undefined {
    try {
      const [cells] = parse(text, {
        delimiter: this.#delimiter,
        record_delimiter: this.#lineEnd === LINE_FEED ? ['\r\n', '\n'] : ['\r'],
        relax_column_count: true,
      });
      return cells;
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      this.problem = describe(error);
      return undefined;
    }
  }
}

/** The cells of a record whose quoted fields hold no quotes; undefined where it is not so simple, or wrong. */
function cellsOfSimple(text: string, delimiter: string): string[] | undefined {
  const cells: string[] = [];
  for (let start = 0; ; ) {
    const isQuoted = text.charCodeAt(start) === QUOTE;
    const end = isQuoted ? text.indexOf('"', start + 1) + 1 : indexOrLength(text, delimiter, start);
    const cell = isQuoted ? text.slice(start + 1, end - 1) : text.slice(start, end);
    if (!isQuoted && cell.includes('"')) return undefined;
    cells.push(cell);
    if (end === text.length) return cells;
    // A quote that does not close has its end at 0.
    if (end === 0 || text[end] !== delimiter) return undefined;
    start = end + 1;
  }
}

function indexOrLength(text: string, part: string, from: number): number {
  const at = text.indexOf(part, from);
  return at === -1 ? text.length : at;
}

function indexOrEnd(bytes: Buffer, byte: number, from: number): number {
  const at = bytes.indexOf(byte, from);
  return at === -1 ? bytes.length : at;
}

function describe(error: CsvError): string {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return NEVER_CLOSED;
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'wanted a delimiter or the end of the line after a closing quote, got more text (a quote inside a quoted field is written "")';
    case 'INVALID_OPENING_QUOTE':
      return 'wanted no quote inside an unquoted field, got one (write such a field as "…" with its quotes doubled)';
    default:
      return error.message;
  }
}
