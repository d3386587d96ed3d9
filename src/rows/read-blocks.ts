import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { BlockReaderOptions } from './block-reader-options.js';
import { countBytes } from './count-bytes.js';
import { InputError, UnreadableRowError } from './input-error.js';
import type { Position, Row, RowBlock, UnreadableRow } from './row.js';
import { GrowingBytes } from './splitters/growing-bytes.js';
import type { RecordSplitter } from './splitters/record-splitter.js';

/** A longer record is taken for a quote that never closes. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** A batch ends at this size, however few rows it has, because memory is counted in batches. */
const LARGE_BATCH_BYTES = 2 * 1024 * 1024;

/** Characters kept of an unreadable record. */
const MAX_RAW_CHARACTERS = 100_000;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads the records of an input from a position on, as blocks.
 *
 * @throws UnreadableRowError after the block before the bad row, where bad rows stop the reading.
 * @throws InputError where a line is so long that this cannot be a file of rows.
 */
export async function* readBlocks<R>(options: BlockReaderOptions<R>): AsyncGenerator<RowBlock, void> {
  const reader = new BlockReader(options);
  if (reader.isDone) return;
  for await (const chunk of options.source.read(options.from.offset)) {
    yield* reader.take(chunk);
    if (reader.isDone) return;
  }
  yield* reader.finish();
}

class BlockReader<R> {
  #splitter: RecordSplitter<R>;
  /** The end of the last block. */
  #position: Position;
  /** The end of the last record, between two blocks. */
  #recordEnd: number;
  #row: number;
  /** The bytes read since the last block's end. */
  readonly #read = new GrowingBytes();
  /** The start of the batch to which the next record belongs. */
  #batchStart: number;
  #rows: Row[] = [];
  #unreadable: UnreadableRow[] = [];
  /** The last byte of a line end. */
  readonly #lineEnd: number;

  constructor(private readonly options: BlockReaderOptions<R>) {
    this.#position = options.from;
    this.#recordEnd = options.from.offset;
    this.#batchStart = options.from.offset;
    this.#row = options.from.row;
    this.#splitter = options.splitterAt(options.from.offset);
    this.#lineEnd = options.newline === '\r' ? CARRIAGE_RETURN : LINE_FEED;
  }

  get isDone(): boolean {
    return this.#row === this.options.lastRow;
  }

  *take(chunk: Buffer): Generator<RowBlock, void> {
    this.#read.append(chunk);
    this.#splitter.split(chunk);
    yield* this.#drain();
    while (this.#splitter.problem !== undefined && !this.isDone) {
      if (this.#splitter.damage === 'file') yield* this.#endHere(this.#splitter.problem);
      const lineEnd = this.#endOfLine();
      if (lineEnd === undefined) {
        if (this.#read.length > 2 * MAX_RECORD_BYTES) throw this.#endlessLine();
        return;
      }
      yield* this.#putAsideUntil(lineEnd);
      yield* this.#drain();
    }
  }

  *finish(): Generator<RowBlock, void> {
    let finished = false;
    while (!finished) {
      if (this.#splitter.problem === undefined) {
        this.#splitter.finish();
        yield* this.#drain();
      }
      finished = this.#splitter.problem === undefined || this.isDone;
      if (!finished) {
        if (this.#splitter.damage === 'file') yield* this.#endHere(this.#splitter.problem ?? '');
        yield* this.#putAsideUntil(this.#endOfLine() ?? this.#position.offset + this.#read.length);
        yield* this.#drain();
      }
    }
    yield* this.#closeBlock();
  }

  /** Takes the records that the splitter has found so far. */
  *#drain(): Generator<RowBlock, void> {
    const { records, texts, ends } = this.#splitter;
    const last = ends.at(-1);
    if (last === undefined) return;
    // Most chunks are valid text, so a chunk is checked at once, and single records only after a miss.
    const allUtf8 = isUtf8(this.#span(this.#recordEnd, last));
    for (const [index, record] of records.entries()) {
      const end = ends[index] ?? last;
      const start = this.#recordEnd;
      const number = this.#row + 1;
      const text = texts[index] ?? '';
      const row =
        allUtf8 || isUtf8(this.#span(start, end))
          ? this.options.shape(record, number, text)
          : `wanted ${this.options.source.encoding ?? 'UTF-8'} text, got bytes that are not (say how the file is written with --encoding, such as --encoding windows-1252)`;
      if (typeof row === 'string') yield* this.#bad(row, text, end);
      else {
        this.#rows.push(row);
        this.#recordEnd = end;
        this.#row = number;
      }
      yield* this.#closeBatch();
      if (this.isDone) break;
    }
    this.#splitter.clear();
    yield* this.#closeBlock();
  }

  /**
   * Puts aside the first line of a record that cannot be split off, and restarts splitting on the next line, so that
   * one bad quote costs one row.
   */
  *#putAsideUntil(end: number): Generator<RowBlock, void> {
    yield* this.#bad(this.#splitter.problem ?? '', this.#textOf(this.#recordEnd, end), end);
    yield* this.#closeBlock();
    if (this.isDone) return;
    this.#splitter = this.options.splitterAt(end);
    this.#splitter.split(this.#span(end, this.#position.offset + this.#read.length));
  }

  /** Ends the reading after the good rows: nothing behind the damage can be split. */
  *#endHere(problem: string): Generator<RowBlock, never> {
    const line = this.#lineAt(this.#startOfText(this.#recordEnd));
    const row = this.#row + 1;
    yield* this.#closeBlock();
    throw new InputError(`${this.options.source.name}, line ${line} (row ${row}): ${problem}`);
  }

  *#bad(problem: string, text: string, end: number): Generator<RowBlock, void> {
    const row: UnreadableRow = {
      number: this.#row + 1,
      line: this.#lineAt(this.#startOfText(this.#recordEnd)),
      problem,
      raw: text.slice(0, MAX_RAW_CHARACTERS),
    };
    if (this.options.badRows === 'stop') {
      yield* this.#closeBlock();
      throw new UnreadableRowError(this.options.source.name, row);
    }
    this.#unreadable.push(row);
    this.#recordEnd = end;
    this.#row = row.number;
  }

  /**
   * Ends a batch with its last row, or where it is large already. The place depends on the records alone, not on the
   * chunks read, so that a resumed run has the same batches.
   */
  *#closeBatch(): Generator<RowBlock, void> {
    const isLarge = this.#recordEnd - this.#batchStart >= LARGE_BATCH_BYTES;
    if (!isLarge && this.#row % this.options.blockRows !== 0) return;
    this.#batchStart = this.#recordEnd;
    yield* this.#closeBlock(isLarge);
  }

  *#closeBlock(endsBatch = false): Generator<RowBlock, void> {
    if (this.#recordEnd === this.#position.offset) return;
    const bytes = this.#span(this.#position.offset, this.#recordEnd);
    const end: Position = {
      offset: this.#recordEnd,
      row: this.#row,
      line: this.#position.line + countBytes(bytes, this.#lineEnd),
      crc: crc32(bytes, this.#position.crc),
    };
    const block: RowBlock = {
      rows: this.#rows,
      unreadable: this.#unreadable,
      end,
      bytes: bytes.length,
      ...(endsBatch && { endsBatch }),
    };
    this.#read.drop(bytes.length);
    this.#position = end;
    this.#rows = [];
    this.#unreadable = [];
    yield block;
  }

  #span(start: number, end: number): Buffer {
    return this.#read.bytes.subarray(start - this.#position.offset, end - this.#position.offset);
  }

  /** The record's text without the empty lines before it and the line end after it. */
  #textOf(start: number, end: number): string {
    const base = this.#position.offset;
    const { bytes } = this.#read;
    let to = end - base;
    if (bytes[to - 1] === this.#lineEnd) {
      to--;
      if (this.#lineEnd === LINE_FEED) while (bytes[to - 1] === CARRIAGE_RETURN) to--;
    }
    return bytes.toString('utf8', this.#startOfText(start) - base, to);
  }

  #startOfText(start: number): number {
    let at = start - this.#position.offset;
    while (this.#isEmptyAt(at)) at++;
    return at + this.#position.offset;
  }

  /** A lone carriage return is text, unless it is the file's line end. */
  #isEmptyAt(at: number): boolean {
    const { bytes } = this.#read;
    const byte = bytes[at];
    if (byte === undefined) return false;
    if (byte === this.#lineEnd || this.options.gap.has(byte)) return true;
    if (byte !== CARRIAGE_RETURN) return false;
    let next = at + 1;
    while (bytes[next] === CARRIAGE_RETURN) next++;
    return bytes[next] === LINE_FEED;
  }

  #endOfLine(): number | undefined {
    const at = this.#read.bytes.indexOf(
      this.#lineEnd,
      this.#startOfText(this.#recordEnd) - this.#position.offset,
    );
    return at === -1 ? undefined : this.#position.offset + at + 1;
  }

  #lineAt(offset: number): number {
    return this.#position.line + countBytes(this.#span(this.#position.offset, offset), this.#lineEnd);
  }

  #endlessLine(): InputError {
    return new InputError(
      `${this.options.source.name}, line ${this.#position.line}: wanted a line end within ${2 * MAX_RECORD_BYTES} bytes, got none`,
    );
  }
}
