import { KEEP_MS, type RunKeys, runKeys } from '../protocol/protocol.js';
import { DROP_BATCH, FORGET_GIVEN_UP, FORGET_WRONG, OPEN_BATCH } from '../redis/batch-scripts.js';
import { exec, type Script, type ScriptArgument } from '../redis/exec.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import type { CoordinatorLease } from './coordinator-lease.js';

/** How a batch was found when it was opened. */
export type OpenedAs = 'new' | 'there' | 'complete';

const OPENED_AS: Readonly<Record<number, OpenedAs>> = { 0: 'new', 1: 'there', 2: 'complete' };

/** A batch's hash as it lies in Redis. */
export type BatchFields = Readonly<Record<string, string>>;

export interface BatchToOpen {
  readonly id: string;
  /** How many it has. */
  readonly rows: number;
  /** What is known to have become of steps of its rows, by field. */
  readonly steps: ReadonlyMap<string, string>;
}

/** The coordinator's side of a run's batches in Redis. All writes are fenced with its lease. */
export class BatchStore {
  readonly #keys: RunKeys;

  constructor(
    private readonly connection: QueueConnection,
    runId: string,
    private readonly lease: CoordinatorLease,
  ) {
    this.#keys = runKeys(connection.prefix, runId);
  }

  /** Makes batches known; results that are there already stay. */
  async open(batches: readonly BatchToOpen[]): Promise<OpenedAs[]> {
    const replies = await this.#fenced(
      OPEN_BATCH,
      batches.map(({ id, rows, steps }) => ({ id, args: [rows, KEEP_MS, ...[...steps].flat()] })),
    );
    return replies.map((reply) => OPENED_AS[reply] ?? 'new');
  }

  /** Forgets what calls took that were given up, and are counted elsewhere. */
  async forgetGivenUp(batchIds: readonly string[]): Promise<void> {
    await this.#fenced(
      FORGET_GIVEN_UP,
      batchIds.map((id) => ({ id, args: [] })),
    );
  }

  /** Forgets what was found in the place of rows' results and is none: row number and text in turn. */
  async forgetWrong(batchId: string, found: readonly (number | string)[]): Promise<void> {
    const { redis } = this.connection;
    await this.connection.patiently(() => FORGET_WRONG.run(redis, [this.#keys.batch(batchId)], found));
  }

  /** Forgets batches whose results are safe elsewhere. */
  async drop(batchIds: readonly string[]): Promise<void> {
    await this.#fenced(
      DROP_BATCH,
      batchIds.map((id) => ({ id, args: [] })),
    );
  }

  /** The batches' hashes; an empty one where there is none. */
  async read(batchIds: readonly string[]): Promise<BatchFields[]> {
    return this.connection.patiently(async () => {
      const pipeline = this.connection.redis.pipeline();
      for (const id of batchIds) pipeline.hgetall(this.#keys.batch(id));
      return (await exec(pipeline)) as BatchFields[];
    });
  }

  /** How many rows of each batch have a result. */
  async countDone(batchIds: readonly string[]): Promise<number[]> {
    const replies = await this.connection.patiently(() => {
      const pipeline = this.connection.redis.pipeline();
      for (const id of batchIds) pipeline.hget(this.#keys.batch(id), 'd');
      return exec(pipeline);
    });
    return replies.map((done) => Number(done ?? 0));
  }

  /** How each batch stands, and whether its job is there. */
  async look(batchIds: readonly string[]): Promise<('gone' | 'complete' | 'queued' | 'without-job')[]> {
    const replies = await this.connection.patiently(() => {
      const pipeline = this.connection.redis.pipeline();
      for (const id of batchIds) {
        // The job first: it goes only after its batch is complete.
        pipeline.exists(this.#keys.bull(id));
        pipeline.hmget(this.#keys.batch(id), 'n', 'd');
      }
      return exec(pipeline);
    });
    return batchIds.map((_, index) => {
      const [rows, done] = replies[2 * index + 1] as (string | null)[];
      if (rows == null) return 'gone';
      if (Number(done) >= Number(rows)) return 'complete';
      return replies[2 * index] === 1 ? 'queued' : 'without-job';
    });
  }

  /** Keeps the run's keys for days from now, and no longer, should nobody ever come back for them. */
  async keep(batchIds: readonly string[]): Promise<void> {
    const pipeline = this.connection.redis.pipeline();
    const { record, open, slots, steps, budget, bull } = this.#keys;
    const keys = [
      record,
      open,
      slots,
      steps,
      budget,
      ...['wait', 'active', 'meta', 'id', 'events', 'marker'].map(bull),
    ];
    for (const id of batchIds) keys.push(this.#keys.batch(id), bull(id));
    for (const key of keys) pipeline.pexpire(key, KEEP_MS);
    // Next time will do as well.
    await pipeline.exec().catch(() => {});
  }

  async #fenced(
    script: Script,
    calls: readonly { readonly id: string; readonly args: readonly ScriptArgument[] }[],
  ): Promise<number[]> {
    const { lease, open } = this.#keys;
    const replies = await this.lease.fenced(
      script,
      calls.map(({ id, args }) => ({
        keys: [lease, open, this.#keys.batch(id)],
        args: [this.lease.token, id, ...args],
      })),
    );
    return replies as number[];
  }
}
