import { type Job, Worker } from 'bullmq';
import type { JobData } from '../protocol/batch-content.js';
import { BULL_KEYS, runKeys } from '../protocol/protocol.js';
import type { QueueTimings } from '../protocol/timings.js';
import { FORGET_GONE } from '../redis/batch-scripts.js';
import type { QueueConnection } from '../redis/redis-connection.js';

/** A batch that losing its worker never fails: what a row does to workers is counted row by row. */
const MAX_STALLED = 1_000;

/** A job that this worker holds. */
export interface TakenJob {
  readonly data: JobData;
  /** It is done, and goes. */
  complete(): Promise<void>;
  /** It is the next one that anybody takes. */
  handBack(): Promise<void>;
}

/**
 * The worker's side of a run's BullMQ queue. Batches are fetched by hand, when calls would be idle soon, and not
 * by BullMQ's own loop, which counts jobs.
 */
export class TakenJobs {
  readonly #worker: Worker<JobData>;
  readonly #tokens = new Map<string, string>();
  readonly #lockMs: number;
  #taken = 0;
  #renewing: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param lost hears of each batch whose lock is another worker's, or nobody's */
  constructor(
    private readonly connection: QueueConnection,
    private readonly runId: string,
    private readonly workerId: string,
    timings: QueueTimings,
    private readonly lost: (batchId: string) => void,
  ) {
    this.#lockMs = timings.lockMs;
    this.#worker = new Worker(runKeys(connection.prefix, runId).queue, null, {
      connection: connection.redis,
      prefix: connection.prefix,
      lockDuration: timings.lockMs,
      stalledInterval: timings.stalledMs,
      maxStalledCount: MAX_STALLED,
    });
    // BullMQ tells of lost connections too, which is the connection's own matter.
    this.#worker.on('error', () => {});
    void this.#worker.startStalledCheckTimer();
    connection.onClose(() => void this.close());
    this.#renewLater();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The next batch; undefined when none has come for some seconds, or after `close`. */
  async take(): Promise<TakenJob | undefined> {
    if (this.#isClosed) return undefined;
    const token = `${this.workerId}:${this.#taken++}`;
    const job = await this.connection.patiently(async () =>
      this.#isClosed ? undefined : this.#worker.getNextJob(token),
    );
    if (job?.id === undefined) return undefined;
    this.#tokens.set(job.id, token);
    return this.#taking(job, job.id, token);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#renewing);
    await this.#worker.close(true);
  }

  /** After `close`: BullMQ's looks for lost batches write keys, the last ones perhaps after the run was removed. */
  async forgetGone(): Promise<void> {
    const { redis, prefix } = this.connection;
    const { record, bull } = runKeys(prefix, this.runId);
    await FORGET_GONE.run(redis, [record, ...BULL_KEYS.map(bull)], []).catch(() => {});
  }

  #taking(job: Job<JobData>, id: string, token: string): TakenJob {
    const end = async (work: () => Promise<unknown>) => {
      // Whoever lost it has nothing to say about it; and it may be gone with its run.
      if (this.#tokens.get(id) !== token) return;
      await this.connection.patiently(work).catch(() => {});
      if (this.#tokens.get(id) === token) this.#tokens.delete(id);
    };
    return {
      data: job.data,
      complete: () => end(() => job.moveToCompleted(null, token, false)),
      handBack: () => end(() => job.moveToWait(token)),
    };
  }

  #renewLater(): void {
    this.#renewing = setTimeout(() => {
      this.#renew().finally(() => {
        if (!this.#isClosed) this.#renewLater();
      });
    }, this.#lockMs / 3);
  }

  async #renew(): Promise<void> {
    const held = [...this.#tokens];
    if (held.length === 0) return;
    const ids = held.map(([id]) => id);
    const tokens = held.map(([, token]) => token);
    const lost = await this.#worker.extendJobLocks(ids, tokens, this.#lockMs).catch(() => []);
    for (const id of lost) {
      // It may have been completed meanwhile.
      if (this.#tokens.delete(id)) this.lost(id);
    }
  }
}
