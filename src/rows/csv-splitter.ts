import { CsvError, Parser } from 'csv-parse';
import type { Layout } from './format.js';
import type { RecordSplitter } from './record-splitter.js';

/**
 * Splits CSV or TSV text into records (RFC 4180, by csv-parse), with the offset after each.
 *
 * csv-parse gives offsets with `info: true`, at 10 to 17 % of a whole run. The parser's own byte counter,
 * read at the moment it emits a record, says the same for nothing.
 */
export function csvSplitter(
  layout: Layout,
  startOffset: number,
  maxRecordBytes: number,
): RecordSplitter<string[]> {
  return new CsvSplitter(layout, startOffset, maxRecordBytes);
}

class CsvSplitter extends Parser implements RecordSplitter<string[]> {
  records: string[][] = [];
  ends: number[] = [];
  problem: string | undefined;
  readonly #startOffset: number;

  constructor(layout: Layout, startOffset: number, maxRecordBytes: number) {
    super({
      delimiter: layout.delimiter,
      // A file of line feeds may hold single CRLF lines, and the other way round; a lone CR is text there.
      record_delimiter: layout.newline === '\r' ? ['\r'] : ['\r\n', '\n'],
      bom: startOffset === 0,
      // Rows are held against the header here, with a message of our own.
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: maxRecordBytes,
    });
    this.#startOffset = startOffset;
  }

  /** The stream's way to hand a record on. Collected at once, it never waits in the stream's buffer. */
  override push(record: string[] | null): boolean {
    if (record === null) return super.push(null);
    this.records.push(record);
    this.ends.push(this.#startOffset + this.info.bytes);
    return true;
  }

  split(chunk: Buffer): void {
    this._transform(chunk, 'utf8', (error) => this.#note(error));
  }

  finish(): void {
    this._flush((error) => this.#note(error));
  }

  clear(): void {
    this.records = [];
    this.ends = [];
  }

  #note(error: Error | null | undefined): void {
    if (error) this.problem = describe(error);
  }
}

function describe(error: Error): string {
  const code = error instanceof CsvError ? error.code : undefined;
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
    case 'CSV_MAX_RECORD_SIZE':
      return 'wanted a closing quote, got none: a quoted field that starts in this row never ends';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'wanted a delimiter or the end of the line after a closing quote, got more text (a quote inside a quoted field is written "")';
    case 'INVALID_OPENING_QUOTE':
      return 'wanted no quote inside an unquoted field, got one (write such a field as "…" with its quotes doubled)';
    default:
      return error.message;
  }
}
