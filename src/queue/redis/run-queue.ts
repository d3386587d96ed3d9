import { Queue } from 'bullmq';
import type { JobData } from '../protocol/batch-content.js';
import { runKeys } from '../protocol/protocol.js';
import type { QueueConnection } from './redis-connection.js';

/** Events only trim themselves; nobody reads them. */
const EVENTS_KEPT = 1_000;

/** The batches of a run that wait for a worker: the coordinator's side of its BullMQ queue. */
export class RunQueue {
  #queue: Queue | undefined;
  readonly #name: string;
  readonly #active: string;

  constructor(
    private readonly connection: QueueConnection,
    runId: string,
  ) {
    const keys = runKeys(connection.prefix, runId);
    this.#name = keys.queue;
    this.#active = keys.bull('active');
  }

  /**
   * Queues batches, in one round trip. Those that are queued already stay as they are. A job goes as soon as it
   * is completed: what tells that a batch was done is its hash.
   */
  async add(batches: readonly JobData[]): Promise<void> {
    if (batches.length === 0) return;
    const jobs = batches.map((data) => ({
      name: 'batch',
      data,
      opts: { jobId: data.batchId, removeOnComplete: true, removeOnFail: true },
    }));
    await this.connection.patiently(() => this.#open().addBulk(jobs));
  }

  /** True if a worker has a batch in hand. It hands it back, or completes it, after all its results are written. */
  async hasActive(): Promise<boolean> {
    const { redis } = this.connection;
    return (await this.connection.patiently(() => redis.llen(this.#active))) > 0;
  }

  async close(): Promise<void> {
    const queue = this.#queue;
    this.#queue = undefined;
    await queue?.close();
  }

  #open(): Queue {
    if (this.#queue === undefined) {
      this.#queue = new Queue(this.#name, {
        connection: this.connection.redis,
        prefix: this.connection.prefix,
        streams: { events: { maxLen: EVENTS_KEPT } },
      });
      this.#queue.on('error', () => {});
    }
    return this.#queue;
  }
}
