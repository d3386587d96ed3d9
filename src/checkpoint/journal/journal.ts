import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../replace-file.js';
import type { JournalSegment } from './read-journal.js';

/** How long an answer may be in the system's cache only: what a power failure can cost. A crash costs nothing. */
const SYNC_EVERY_MS = 100;
/** A segment that is larger gets a successor at the next checkpoint. */
const SEGMENT_BYTES = 1024 * 1024;

interface Segment {
  readonly path: string;
  lastRow: number;
  /** Of the file. */
  bytes: number;
  /** Of what its lines are kept for, beyond the commit of their rows. */
  weight: number;
}

export interface JournalOptions {
  /** What its files are called: `journal-000001.jsonl`, or by another name. */
  readonly name?: string;
  /** The last lines that weigh so much together are kept, though their rows are committed; nothing, as a rule. */
  readonly keptWeight?: () => number;
}

const NAME = 'journal';

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

  /** Opens a new segment beside the `old` ones. `onFailure` hears of a flush that failed. */
  constructor(
    folder: string,
    old: readonly JournalSegment[],
    onFailure: (error: Error) => void,
    private readonly options: JournalOptions = {},
  ) {
    this.#folder = folder;
    this.#onFailure = onFailure;
    this.#old = old.map(({ number: _, ...segment }) => ({ ...segment }));
    this.#number = Math.max(0, ...old.map((segment) => segment.number)) + 1;
    this.#current = this.#newSegment();
    this.#file = openSync(this.#current.path, 'ax', 0o600);
  }

  /**
   * Takes a line (without its line end) about a row. Rejects where it cannot be written.
   *
   * @param weight what it counts for among the lines that are kept; see `keptWeight`.
   */
  append(line: string, row: number, weight = 0): Promise<void> {
    // The file's descriptor may be another file's by now.
    if (this.#isClosed) return Promise.reject(new Error('the journal is closed'));
    this.#pending += `${line}\n`;
    if (row > this.#current.lastRow) this.#current.lastRow = row;
    this.#current.weight += weight;
    if (this.#flushed === undefined) {
      let resolve: () => void = () => {};
      let reject: (error: Error) => void = () => {};
      const promise = new Promise<void>((...settle) => {
        [resolve, reject] = settle;
      });
      this.#flushed = { promise, resolve, reject };
      // At the end of this turn of the event loop: its lines are written together.
      setImmediate(() => this.#flush());
    }
    return this.#flushed.promise;
  }

  /** Everything up to this row is committed: segments with nothing newer go, but for the last ones that are to be kept. */
  async dropUpTo(row: number): Promise<void> {
    if (this.#current.bytes > SEGMENT_BYTES) await this.#startSegment();
    const kept = this.options.keptWeight?.() ?? 0;
    let weight = this.#old.reduce((sum, segment) => sum + segment.weight, this.#current.weight);
    for (let oldest = this.#old[0]; oldest !== undefined && oldest.lastRow <= row; oldest = this.#old[0]) {
      weight -= oldest.weight;
      if (weight < kept) break;
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
    try {
      if (this.#isDirty) await sync(this.#file);
    } finally {
      closeSync(this.#file);
    }
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
    this.#current = this.#newSegment();
    this.#file = openSync(this.#current.path, 'ax', 0o600);
    await syncFolder(this.#folder);
    await this.#syncing;
    await sync(full);
    closeSync(full);
  }

  #newSegment(): Segment {
    const number = String(this.#number).padStart(6, '0');
    const path = join(this.#folder, `${this.options.name ?? NAME}-${number}.jsonl`);
    return { path, lastRow: 0, bytes: 0, weight: 0 };
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function sync(file: number): Promise<void> {
  return new Promise((resolve, reject) => fdatasync(file, (error) => (error ? reject(error) : resolve())));
}
