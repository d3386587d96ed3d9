import type { FinishedResult } from '../../fabric/row-result.js';
import { formatResult } from '../protocol/batch-content.js';
import type { CallNotebook } from '../protocol/call-notes.js';
import { type RunKeys, runKeys } from '../protocol/protocol.js';
import { NOTE_ROWS } from '../redis/batch-scripts.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import type { HeldBatch } from './held-batch.js';

/** What is to be written of one batch. */
interface Notes {
  readonly started: Set<number>;
  readonly results: FinishedResult[];
}

/** A row that is answered sooner needs no mark that it was started: a write for each would cost as much as its answer's. */
const MARK_AFTER_MS = 10;

/**
 * Writes what happens to rows into Redis: at once, and whatever comes together while one write is on its way in
 * the next one.
 */
export class ResultWriter {
  readonly #keys: RunKeys;
  #notes = new Map<HeldBatch, Notes>();
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();
  #marking: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: QueueConnection,
    runId: string,
    private readonly notebook: CallNotebook,
  ) {
    this.#keys = runKeys(connection.prefix, runId);
  }

  /** Notes that a row's call goes out, soon: with the next write, or after a moment. */
  starts(batch: HeldBatch, row: number): void {
    this.#notesOf(batch).started.add(row);
    this.#marking ??= setTimeout(() => {
      // Nobody waits for a mark; rows of a batch that lost a worker are marked before they start.
      if (this.#notes.size > 0) this.#write().catch(() => {});
    }, MARK_AFTER_MS).unref();
  }

  /** Notes that a row's call is about to go out, before it does. */
  started(batch: HeldBatch, row: number): Promise<void> {
    this.#notesOf(batch).started.add(row);
    return this.#write();
  }

  /** Where the batch is nobody's any more, nothing is written and the batch is lost. */
  finished(batch: HeldBatch, result: FinishedResult): Promise<void> {
    this.#notesOf(batch).results.push(result);
    return this.#write();
  }

  #notesOf(batch: HeldBatch): Notes {
    let notes = this.#notes.get(batch);
    if (notes === undefined) {
      notes = { started: new Set(), results: [] };
      this.#notes.set(batch, notes);
    }
    return notes;
  }

  /** The write in which the notes so far will be. */
  #write(): Promise<void> {
    if (this.#next === undefined) {
      this.#next = this.#last.then(() => this.#writeAll());
      this.#last = this.#next.catch(() => {});
    }
    return this.#next;
  }

  async #writeAll(): Promise<void> {
    await new Promise(setImmediate);
    const notes = [...this.#notes];
    this.#notes = new Map();
    this.#next = undefined;
    clearTimeout(this.#marking);
    this.#marking = undefined;
    const calls = notes.map(([batch, { started, results }]) => {
      // What came back within the same moment needs no mark.
      for (const { row } of results) started.delete(row.number);
      const failed = results.filter(({ status }) => status === 'failed').length;
      const texts = results.flatMap((result) => [
        result.row.number,
        formatResult(result, this.notebook.take()),
      ]);
      return {
        keys: [this.#keys.batch(batch.id), this.#keys.done, this.#keys.record],
        args: [batch.id, batch.taking, [...started].join(','), failed, ...texts],
      };
    });
    const replies = await this.connection.patiently(() => NOTE_ROWS.runAll(this.connection.redis, calls));
    for (const [index, [batch]] of notes.entries()) if (replies[index] === 0) batch.isLost = true;
  }
}
