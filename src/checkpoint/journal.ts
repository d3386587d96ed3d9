import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './replace-file.js';

/** How long an answer may be in the system's cache only: what a power failure can cost. A crash costs nothing. */
const SYNC_EVERY_MS = 100;
/** A segment that is larger gets a successor at the next checkpoint. */
const SEGMENT_BYTES = 1024 * 1024;

const SEGMENT_NAME = /^journal-(\d{6,})\.jsonl$/;

interface Segment {
  readonly path: string;
  lastRow: number;
  bytes: number;
}

/**
 * An append-only file of answers that have arrived and are not yet committed.
 *
 * All lines of one turn of the event loop go out in one write, at its end; `append` resolves then.
 * A row's call slot is given back only after that, so at no moment are there more answers that a
 * crash would lose than there are calls in the air. The file is flushed to disk on a clock.
 *
 * It is kept in segments, so that what is committed can be dropped by deleting files.
 */
export class Journal {
  readonly #folder: string;
  readonly #onFailure: (error: Error) => void;
  readonly #old: Segment[];
  #number: number;
  #current: Segment;
  #file: number;
  #pending = '';
  #flushed: { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } | undefined;
  #syncTimer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> | undefined;
  /** Something was written since the last flush to disk began. */
  #isDirty = false;
  #isClosed = false;
  #isFlushing = false;

  /**
   * Opens a new segment beside the `old` ones. `onFailure` hears of a flush that failed.
   *
   * @param keepBytes how much of what is committed is kept all the same: nothing, unless answers are shared.
   */
  constructor(
    folder: string,
    old: readonly JournalSegment[],
    onFailure: (error: Error) => void,
    private readonly keepBytes: () => number = () => 0,
  ) {
    this.#folder = folder;
    this.#onFailure = onFailure;
    this.#old = old.map(({ path, lastRow, bytes }) => ({ path, lastRow, bytes }));
    this.#number = Math.max(0, ...old.map((segment) => segment.number)) + 1;
    this.#current = { path: segmentPath(folder, this.#number), lastRow: 0, bytes: 0 };
    this.#file = openSync(this.#current.path, 'ax', 0o600);
  }

  /** Takes a line (without its line end) about a row. Rejects where it cannot be written. */
  append(line: string, row: number): Promise<void> {
    // The file's descriptor may be another file's by now.
    if (this.#isClosed) return Promise.reject(new Error('the journal is closed'));
    this.#pending += `${line}\n`;
    if (row > this.#current.lastRow) this.#current.lastRow = row;
    if (this.#flushed === undefined) {
      let resolve: () => void = () => {};
      let reject: (error: Error) => void = () => {};
      const promise = new Promise<void>((...settle) => {
        [resolve, reject] = settle;
      });
      this.#flushed = { promise, resolve, reject };
      this.flushSoon();
    }
    return this.#flushed.promise;
  }

  /**
   * Sees to it that this turn's lines are written at its end. Asked for as soon as an answer begins to arrive,
   * that is before undici looks for more work at the end of the turn: then the next calls are there, and it
   * does not take its connections for idle, which saves 4 % of a run.
   */
  flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    setImmediate(() => {
      this.#isFlushing = false;
      this.#flush();
    });
  }

  /** Everything up to this row is committed: segments with nothing newer go, but for the last ones that are to be kept. */
  async dropUpTo(row: number): Promise<void> {
    if (this.#current.bytes > SEGMENT_BYTES) await this.#startSegment();
    const keptBytes = this.keepBytes();
    let bytes = this.#old.reduce((sum, segment) => sum + segment.bytes, 0);
    for (let oldest = this.#old[0]; oldest !== undefined && oldest.lastRow <= row; oldest = this.#old[0]) {
      bytes -= oldest.bytes;
      if (bytes < keptBytes) break;
      await rm(oldest.path, { force: true });
      this.#old.shift();
    }
  }

  /** Everything is committed: all segments go. */
  async remove(): Promise<void> {
    for (const { path } of [...this.#old, this.#current]) await rm(path, { force: true });
  }

  /** Flushes to disk and closes. */
  async close(): Promise<void> {
    this.#flush();
    this.#isClosed = true;
    clearTimeout(this.#syncTimer);
    await this.#syncing;
    await sync(this.#file);
    closeSync(this.#file);
  }

  #flush(): void {
    const flushed = this.#flushed;
    if (flushed === undefined) return;
    const bytes = Buffer.from(this.#pending);
    this.#pending = '';
    this.#flushed = undefined;
    try {
      writeAll(this.#file, bytes);
    } catch (error) {
      // What went out may end in a torn line; the next one must not be torn with it.
      this.#pending = '\n';
      flushed.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#current.bytes += bytes.length;
    this.#isDirty = true;
    this.#syncSoon();
    flushed.resolve();
  }

  /** One flush to disk at a time; what is written while it lasts gets the next one. */
  #syncSoon(): void {
    if (this.#syncTimer !== undefined || this.#syncing !== undefined || this.#isClosed) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = undefined;
      this.#isDirty = false;
      this.#syncing = sync(this.#file).then(
        () => {
          this.#syncing = undefined;
          if (this.#isDirty) this.#syncSoon();
        },
        (error) => this.#onFailure(error),
      );
    }, SYNC_EVERY_MS);
  }

  async #startSegment(): Promise<void> {
    this.#flush();
    const full = this.#file;
    this.#old.push(this.#current);
    this.#number++;
    this.#current = { path: segmentPath(this.#folder, this.#number), lastRow: 0, bytes: 0 };
    this.#file = openSync(this.#current.path, 'ax', 0o600);
    await syncFolder(this.#folder);
    await this.#syncing;
    await sync(full);
    closeSync(full);
  }
}

export interface JournalSegment {
  readonly path: string;
  readonly number: number;
  readonly lastRow: number;
  readonly bytes: number;
}

/**
 * Reads back what a journal holds. A torn last line, or one that a power failure left full of zeros,
 * is an answer that did not arrive.
 *
 * @param parse makes an entry of a line; undefined (or a SyntaxError) for one that is none.
 */
export async function readJournal<E extends { row: number }>(
  folder: string,
  parse: (line: string) => E | undefined,
): Promise<{ segments: JournalSegment[]; entries: Map<number, E> }> {
  const entries = new Map<number, E>();
  const segments: JournalSegment[] = [];
  for (const name of (await readdir(folder)).sort()) {
    const number = Number(SEGMENT_NAME.exec(name)?.[1]);
    if (Number.isNaN(number)) continue;
    const path = join(folder, name);
    let lastRow = 0;
    const text = await readFile(path, 'utf8');
    for (const line of text.split('\n')) {
      const entry = line === '' ? undefined : parseLine(line, parse);
      if (entry === undefined) continue;
      entries.set(entry.row, entry);
      lastRow = Math.max(lastRow, entry.row);
    }
    segments.push({ path, number, lastRow, bytes: text.length });
  }
  return { segments, entries };
}

function parseLine<E>(line: string, parse: (line: string) => E | undefined): E | undefined {
  try {
    return parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function segmentPath(folder: string, number: number): string {
  return join(folder, `journal-${String(number).padStart(6, '0')}.jsonl`);
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function sync(file: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(file, (error) => (error ? reject(error) : resolve())));
}
