import type { FinishedResult, RowResult } from '../fabric/row-result.js';
import type { Batch, CompletedBatch } from './batch.js';

/** How much may be between the reader and the writer. */
export interface WindowSize {
  readonly rows: number;
  /** Of the rows as they stand in the input and of the answers that wait for an earlier row. */
  readonly bytes: number;
}

/**
 * Heavy-tailed work with a window of 100 rows took 3.6 times as long as it must: finished rows waited for a slow one,
 * and nothing new could start.
 */
const ROWS_PER_CALL = 100;
const FEWEST_ROWS = 4_000;
/** 64 MB of memory: text may take two bytes a character there, and a call's body takes as much again. */
const BYTES = 32 * 1024 * 1024;

/** The window of a run with so many calls in flight. */
export function windowFor(calls: number): WindowSize {
  return { rows: Math.max(FEWEST_ROWS, ROWS_PER_CALL * calls), bytes: BYTES };
}

interface Entry {
  readonly batch: Batch;
  results: readonly RowResult[] | undefined;
  bytes: number;
}

/** The batches between the reader and the writer, in input order. */
export class BatchWindow {
  readonly #entries: Entry[] = [];
  #rows = 0;
  #bytes = 0;

  constructor(private readonly size: WindowSize) {}

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get hasRoom(): boolean {
    return this.#entries.length === 0 || (this.#rows < this.size.rows && this.#bytes < this.size.bytes);
  }

  enter(batch: Batch): Entry {
    const entry: Entry = { batch, results: undefined, bytes: batch.bytes };
    this.#entries.push(entry);
    this.#rows += batch.rows.length;
    this.#bytes += batch.bytes;
    return entry;
  }

  settle(entry: Entry, results: readonly RowResult[]): void {
    const bytes = answerBytes(results);
    entry.results = results;
    entry.bytes += bytes;
    this.#bytes += bytes;
  }

  /** Every batch has come back, answered or not. */
  get isSettled(): boolean {
    return this.#entries.every((entry) => entry.results !== undefined);
  }

  /** The oldest batch came back with rows that the stopped run gave up: none will ever leave again. */
  get isBlocked(): boolean {
    const results = this.#entries[0]?.results;
    return results !== undefined && !areFinished(results);
  }

  /** The oldest batch is still out. */
  get isOldestOut(): boolean {
    const oldest = this.#entries[0];
    return oldest !== undefined && oldest.results === undefined;
  }

  /** The oldest batch, once all its rows are finished; undefined while it is not, or never will be. */
  leave(): CompletedBatch | undefined {
    const entry = this.#entries[0];
    if (entry?.results === undefined || !areFinished(entry.results)) return undefined;
    this.#entries.shift();
    this.#rows -= entry.batch.rows.length;
    this.#bytes -= entry.bytes;
    return { batch: entry.batch, results: entry.results };
  }
}

function areFinished(results: readonly RowResult[]): results is readonly FinishedResult[] {
  return results.every((result) => result.status !== 'abandoned');
}

function answerBytes(results: readonly RowResult[]): number {
  let bytes = 0;
  for (const result of results) {
    if (result.status !== 'answered') continue;
    bytes += typeof result.answer === 'string' ? result.answer.length : JSON.stringify(result.answer).length;
  }
  return bytes;
}
