import { rowCount } from '../protocol/batch-content.js';
import type { RunQueue } from '../redis/run-queue.js';
import type { BatchStore } from './batch-store.js';
import type { Collector } from './collector.js';
import type { Outstanding, OutstandingBatch } from './outstanding.js';

export interface BatchOpenerOptions {
  readonly store: Pick<BatchStore, 'open' | 'look' | 'read'>;
  readonly queue: Pick<RunQueue, 'add'>;
  readonly collector: Pick<Collector, 'collect' | 'takeStepsIn'>;
  readonly outstanding: Outstanding;
  readonly isRunning: () => boolean;
  /** Hears that so many batches were not in Redis as they should be, and are queued again. */
  readonly queuedAgain: (batches: number) => void;
  readonly failed: (error: unknown) => void;
}

/** Puts batches into Redis, and sees to it that they stay there. */
export class BatchOpener {
  #toOpen: OutstandingBatch[] = [];
  #opening: Promise<void> | undefined;

  constructor(private readonly options: BatchOpenerOptions) {}

  /** Opens batches, all that have come together meanwhile in one go. */
  open(batches: readonly OutstandingBatch[]): void {
    this.#toOpen.push(...batches);
    this.#opening ??= this.#openAll().catch(this.options.failed);
  }

  /** What was queued is not there any more, or not as it was queued. */
  openAnew(batches: readonly OutstandingBatch[]): void {
    for (const batch of batches) batch.state = 'opening';
    this.options.queuedAgain(batches.length);
    this.open(batches);
  }

  /** Looks at every batch: word of a complete one may be lost, and so may be the batch. */
  async sweep(): Promise<void> {
    const { outstanding, isRunning, store, queue, collector } = this.options;
    const batches = outstanding.in('queued');
    if (batches.length === 0 || !isRunning()) return;
    const found = await store.look(batches.map(({ id }) => id));
    const those = (state: (typeof found)[number]) =>
      batches.filter((batch, index) => found[index] === state && batch.state === 'queued');
    const gone = those('gone');
    if (gone.length > 0) this.openAnew(gone);
    await queue.add(those('without-job').map(({ job }) => job));
    await collector.collect(those('complete'));
  }

  /** What is being opened is open. */
  async close(): Promise<void> {
    await this.#opening;
  }

  async #openAll(): Promise<void> {
    const { isRunning, store, queue, collector } = this.options;
    while (this.#toOpen.length > 0) {
      await new Promise(setImmediate);
      if (!isRunning()) break;
      const batches = this.#toOpen;
      this.#toOpen = [];
      const found = await store.open(
        batches.map(({ id, job, steps }) => ({ id, rows: rowCount(job), steps })),
      );
      // Before its job is there: it may be done before we hear that it is.
      for (const batch of batches) batch.state = 'queued';
      await queue.add(batches.filter((_, index) => found[index] !== 'complete').map(({ job }) => job));
      await collector.collect(batches.filter((_, index) => found[index] === 'complete'));
      await this.#takeSteps(batches.filter((_, index) => found[index] === 'there'));
    }
    this.#opening = undefined;
  }

  /** Of batches that workers went on with while there was no coordinator. */
  async #takeSteps(batches: readonly OutstandingBatch[]): Promise<void> {
    if (batches.length === 0) return;
    const { store, collector } = this.options;
    const fields = await store.read(batches.map(({ id }) => id));
    await Promise.all(batches.map((batch, index) => collector.takeStepsIn(batch, fields[index] ?? {})));
  }
}
