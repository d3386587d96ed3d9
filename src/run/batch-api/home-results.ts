import { closeSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { PendingLines } from '../shards/pending-lines.js';
import type { Shard } from '../shards/shard.js';
import { type ShardFolder, syncFile } from '../shards/shard-files.js';
import type { Shards } from '../shards/shards.js';

/** A line about a row, as the journal has it. */
export interface ResultLine {
  readonly row: number;
  readonly line: string;
}

/** Of lines that wait to be written, over all files. */
const PENDING_BYTES = 256 * 1024;
const READ_BYTES = 256 * 1024;
/** Rows stand in the file about in the order in which they are asked for, or the other way round: a read has their neighbours, too. */
const PART_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const LINE_END = '\n';
/** Rows are asked for about in their order: files of earlier ones are hardly wanted again, and are opened anew then. */
const MOST_OPEN = 4;

/** A results file that rows are read from: where in it the last line about each row stands. */
interface OpenHome {
  readonly file: number;
  readonly from: number;
  /** By row from `from`: where its line begins, plus 1; 0 where there is none. */
  readonly offsets: Float64Array;
  readonly lengths: Uint32Array;
  /** A part of the file, and where it begins there. */
  part: Buffer;
  partStart: number;
}

/**
 * The results of rows that came from batches and are not in the output yet. They lie in files, one a home, in the
 * order in which the service gave them; of those that the writer is at, an index is in memory: 12 bytes a row. So it
 * takes no memory that answers wait for hours.
 */
export class HomeResults {
  readonly #open = new Map<number, OpenHome>();
  readonly #pending = new PendingLines(PENDING_BYTES);
  readonly #unsynced = new Set<number>();
  /** Shards that have no file yet: rows ask for their results again and again while they wait. */
  readonly #missing = new Set<number>();

  /** Homes whose files are gone: the first ones. */
  #dropped = 0;

  constructor(
    private readonly folder: ShardFolder,
    private readonly shards: Shards,
    /** Rows that are safe in the output. */
    private readonly rowsVouched: () => number,
  ) {}

  /** Takes a line about a row that has a home. The last one about a row counts. */
  add({ row, line }: ResultLine): void {
    const home = this.shards.homeOf(row);
    if (home === undefined) return;
    if (this.#pending.add(home.number, line)) return;
    this.#write();
    this.#pending.add(home.number, line);
  }

  /** Puts all of them on disk, safe from a power failure. */
  async flush(): Promise<void> {
    this.#write();
    for (const shard of this.#unsynced) await syncFile(this.folder.of(shard, 'results'));
    this.#unsynced.clear();
    await this.folder.sync();
  }

  /** The last line about a row; undefined where there is none. */
  find(row: number): string | undefined {
    const shard = this.shards.homeOf(row);
    if (shard === undefined) return undefined;
    const home = this.#open.get(shard.number) ?? this.#read(shard);
    if (home === undefined) return undefined;
    const at = row - home.from;
    const offset = home.offsets[at] ?? 0;
    if (offset === 0) return undefined;
    return textAt(home, offset - 1, home.lengths[at] ?? 0);
  }

  /** The index of a home is made anew when it is asked for: lines were added to its file. */
  refresh(shard: number): void {
    this.#missing.delete(shard);
    const home = this.#open.get(shard);
    if (home === undefined) return;
    closeSync(home.file);
    this.#open.delete(shard);
  }

  close(): void {
    for (const shard of [...this.#open.keys()]) this.refresh(shard);
  }

  #write(): void {
    for (const [shard, pieces] of this.#pending.take()) {
      const file = openSync(this.folder.of(shard, 'results'), 'a', 0o600);
      try {
        // A line that a crash tore must not be torn with the next one.
        if (!this.#unsynced.has(shard)) writeSync(file, LINE_END);
        for (const bytes of pieces) {
          for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
        }
      } finally {
        closeSync(file);
      }
      this.#unsynced.add(shard);
      this.refresh(shard);
    }
  }

  /** Removes the files of homes whose rows are all safe in the output: nobody asks for them again. */
  #dropVouched(): void {
    const vouched = this.rowsVouched();
    for (;;) {
      const shard = this.shards.homes[this.#dropped];
      if (shard?.home === undefined || shard.home.to > vouched) return;
      this.refresh(shard.number);
      this.#unsynced.delete(shard.number);
      rmSync(this.folder.of(shard.number, 'results'), { force: true });
      this.#dropped++;
    }
  }

  #read(shard: Shard): OpenHome | undefined {
    const { home } = shard;
    if (home === undefined || this.#missing.has(shard.number)) return undefined;
    let file: number;
    try {
      file = openSync(this.folder.of(shard.number, 'results'), 'r');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      this.#missing.add(shard.number);
      return undefined;
    }
    const rows = home.to - home.from + 1;
    const open: OpenHome = {
      file,
      from: home.from,
      offsets: new Float64Array(rows),
      lengths: new Uint32Array(rows),
      part: Buffer.alloc(0),
      partStart: 0,
    };
    indexLines(open);
    this.#dropVouched();
    this.#open.set(shard.number, open);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.refresh(oldest);
    return open;
  }
}

/** The text at a place of a results file. */
function textAt(home: OpenHome, start: number, length: number): string {
  if (start < home.partStart || start + length > home.partStart + home.part.length) {
    const partStart = start - (start % PART_BYTES);
    const bytes = Buffer.allocUnsafe(Math.max(PART_BYTES, start - partStart + length));
    home.part = bytes.subarray(0, readSync(home.file, bytes, 0, bytes.length, partStart));
    home.partStart = partStart;
  }
  const at = start - home.partStart;
  return home.part.toString('utf8', at, at + length);
}

/** Looks through a results file once, for where the lines about its rows stand. */
function indexLines({ file, from, offsets, lengths }: OpenHome): void {
  const size = fstatSync(file).size;
  let chunk = Buffer.allocUnsafe(READ_BYTES);
  let start = 0;
  while (start < size) {
    const read = readSync(file, chunk, 0, chunk.length, start);
    if (read === 0) return;
    let lineStart = 0;
    for (
      let end = chunk.indexOf(NEWLINE);
      end !== -1 && end < read;
      end = chunk.indexOf(NEWLINE, lineStart)
    ) {
      const row = rowOf(chunk, lineStart, end);
      const at = row - from;
      if (row > 0 && at >= 0 && at < offsets.length) {
        offsets[at] = start + lineStart + 1;
        lengths[at] = end - lineStart;
      }
      lineStart = end + 1;
    }
    // A line that is longer than the chunk needs a larger one; what is left at the end was torn by a crash.
    if (lineStart === 0) {
      if (read < chunk.length) return;
      chunk = Buffer.allocUnsafe(2 * chunk.length);
    }
    start += lineStart;
  }
}

/** A whole line begins with `{"row":17,` and ends with a brace; 0 for one that a crash tore. */
function rowOf(bytes: Buffer, start: number, end: number): number {
  if (bytes[end - 1] !== 0x7d) return 0;
  let row = 0;
  for (let at = start + '{"row":'.length; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return row;
    row = 10 * row + digit;
  }
  return 0;
}
