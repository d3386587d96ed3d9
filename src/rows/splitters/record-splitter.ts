/**
 * Finds the records in a file's bytes, chunk by chunk, synchronously.
 * `R` is a record before it is checked against the header: a CSV record's cells, a JSONL line's text.
 */
export interface RecordSplitter<R> {
  /** The records found since the last `clear`. */
  readonly records: readonly R[];
  /** The text of each of them as it stood in the file, without its line end; on one line where it is JSON. */
  readonly texts: readonly string[];
  /** The file offset after each of them, its line end included. */
  readonly ends: readonly number[];
  /** Why the record after the last one cannot be read; the splitter cannot be used after it. */
  readonly problem: string | undefined;
  /** `record`: after a problem, a new splitter can start on the next line. `file`: nothing behind it can be read. */
  readonly damage: 'record' | 'file';
  split(chunk: Buffer): void;
  /** Ends the input: the rest is the last record. */
  finish(): void;
  clear(): void;
}
