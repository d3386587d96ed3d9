import type { Layout } from '../format.js';
import { DOUBLED_QUOTES } from '../quoting.js';
import { GrowingBytes } from './growing-bytes.js';

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;
const BOM = Buffer.from('\ufeff');

export const NEVER_CLOSED =
  'wanted a closing quote, got none: a quoted field that starts in this row never ends';

const MORE_TEXT =
  'wanted a delimiter or the end of the line after a closing quote, got more text (a quote inside a quoted field is written "")';

/** Called for each record in `bytes`: from `start` to `end`, without its line end; the next one starts at `next`. */
export type RecordListener = (
  bytes: Buffer,
  start: number,
  end: number,
  next: number,
  hasQuotes: boolean,
) => void;

/**
 * Finds the records in the bytes of CSV or TSV text, chunk by chunk.
 *
 * A record ends at the first line end outside a quoted field. A quote opens a field only where the field
 * begins; in any other place of an unquoted field it is text (`12" ruler`). Lines are searched for, and so are quotes
 * in them: bytes are not looked at one by one.
 */
export class CsvRecords {
  /** Why the record after the last one cannot be read; it ends the search. */
  problem: string | undefined;
  /** Of the first byte of `#open` in the file. */
  offset: number;
  readonly #lineEnd: number;
  readonly #delimiter: Buffer;
  /** -1: there are no quotes. */
  readonly #quote: number;
  readonly #escape: number;
  /** The bytes of the record that has not ended yet. */
  readonly #open = new GrowingBytes();
  /** The start of the last line in `#open`, and how far it has been searched for a line end. */
  #line = 0;
  #searched = 0;
  /** True if that line starts inside a quoted field. */
  #isQuoted = false;
  #hasQuotes = false;

  constructor(
    layout: Layout,
    startOffset: number,
    private readonly maxRecordBytes: number,
    private readonly found: RecordListener,
  ) {
    const quoting = layout.quoting ?? DOUBLED_QUOTES;
    this.offset = startOffset;
    this.#lineEnd = layout.newline === '\r' ? CARRIAGE_RETURN : LINE_FEED;
    this.#delimiter = Buffer.from(layout.delimiter);
    this.#quote = quoting.kind === 'quotes' ? quoting.quote.charCodeAt(0) : -1;
    this.#escape =
      quoting.kind === 'quotes' && quoting.escape === quoting.quote ? -1 : quoting.escape.charCodeAt(0);
  }

  split(chunk: Buffer): void {
    if (this.problem !== undefined) return;
    this.#open.append(chunk);
    const { bytes } = this.#open;
    let start = 0;
    let line = this.#line;
    let nextQuote = this.#quoteFrom(bytes, line);
    for (
      let end = bytes.indexOf(this.#lineEnd, this.#searched);
      end !== -1;
      end = bytes.indexOf(this.#lineEnd, line)
    ) {
      if (nextQuote < end) {
        this.#hasQuotes = true;
        if (!this.#followQuotes(bytes, start, nextQuote, end)) return;
        nextQuote = this.#quoteFrom(bytes, end);
      }
      line = end + 1;
      if (this.#isQuoted || (this.#quote === -1 && this.#isEscaped(bytes, end, start))) continue;
      this.found(bytes, start, this.#endOfText(bytes, start, end), line, this.#hasQuotes);
      this.#hasQuotes = false;
      start = line;
    }
    this.#open.drop(start);
    this.#line = line - start;
    this.#searched = this.#open.length;
    this.offset += start;
    if (this.#open.length > this.maxRecordBytes) this.problem = NEVER_CLOSED;
  }

  /** Ends the input: the rest is the last record. */
  finish(): void {
    const { bytes } = this.#open;
    if (this.problem !== undefined || bytes.length === 0) return;
    const quote = this.#quoteFrom(bytes, this.#line);
    if (quote < bytes.length) {
      this.#hasQuotes = true;
      if (!this.#followQuotes(bytes, 0, quote, bytes.length)) return;
    }
    if (this.#isQuoted) this.problem = NEVER_CLOSED;
    else this.found(bytes, 0, this.#endOfText(bytes, 0, bytes.length), bytes.length, this.#hasQuotes);
    this.#open.drop(bytes.length);
  }

  /** Follows the quotes of one line, from `at` to its `end`. False where one is wrong. */
  #followQuotes(bytes: Buffer, start: number, first: number, end: number): boolean {
    for (let at = first; at < end; at = this.#quoteFrom(bytes, at + 1)) {
      if (!this.#isQuoted) this.#isQuoted = this.#opensField(bytes, start, at);
      else if (this.#escape !== -1 && this.#isEscaped(bytes, at, start)) continue;
      else if (bytes[at + 1] === this.#quote) at++;
      else if (this.#endsField(bytes, at + 1, end)) this.#isQuoted = false;
      else {
        this.problem = MORE_TEXT;
        return false;
      }
    }
    return true;
  }

  #opensField(bytes: Buffer, start: number, at: number): boolean {
    if (at === start) return true;
    if (this.offset + start === 0 && at === BOM.length && bytes.subarray(start, at).equals(BOM)) return true;
    const delimiter = this.#delimiter;
    const before = at - delimiter.length;
    if (bytes[at - 1] !== delimiter[delimiter.length - 1] || before < start) return false;
    return delimiter.length === 1 || bytes.subarray(before, at).equals(delimiter);
  }

  #endsField(bytes: Buffer, at: number, end: number): boolean {
    const delimiter = this.#delimiter;
    if (bytes[at] === delimiter[0] && bytes.subarray(at, at + delimiter.length).equals(delimiter))
      return true;
    return this.#endOfText(bytes, at, end) === at;
  }

  /** True if an odd number of escapes stands before a byte. */
  #isEscaped(bytes: Buffer, at: number, from: number): boolean {
    let start = at;
    while (start > from && bytes[start - 1] === this.#escape) start--;
    return (at - start) % 2 === 1;
  }

  /** All carriage returns before a line feed belong to the line end: text that Windows has translated twice has two. */
  #endOfText(bytes: Buffer, start: number, end: number): number {
    let to = end;
    if (this.#lineEnd === LINE_FEED) while (to > start && bytes[to - 1] === CARRIAGE_RETURN) to--;
    return to;
  }

  #quoteFrom(bytes: Buffer, from: number): number {
    if (this.#quote === -1) return bytes.length;
    const at = bytes.indexOf(this.#quote, from);
    return at === -1 ? bytes.length : at;
  }
}
