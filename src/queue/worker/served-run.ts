import type { CallErrorKind } from '../../fabric/call-error.js';
import type { AbandonedResult, FinishedResult } from '../../fabric/row-result.js';
import { jsonOfSpending } from '../../fabric/stored-result.js';
import type { ObjectRow, Row } from '../../rows/row.js';
import { CallNotebook, type CallWait } from '../protocol/call-notes.js';
import { NO_CALLS, type RunCalls } from '../protocol/heartbeat.js';
import { type RunKeys, runKeys } from '../protocol/protocol.js';
import { BUDGET, type StopNote, WORKER_FAILED } from '../protocol/stop-note.js';
import type { QueueTimings } from '../protocol/timings.js';
import { FORGET_WRONG, LEAVE_BATCH, STOP_RUN, TAKE_BATCH } from '../redis/batch-scripts.js';
import type { Channels } from '../redis/channels.js';
import type { OneAtATime } from '../redis/one-at-a-time.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import { within } from '../redis/repeating.js';
import type { RegisteredRun } from '../redis/run-registry.js';
import { AskedFiles } from './asked-files.js';
import { HeldBatch } from './held-batch.js';
import { ResultWriter } from './result-writer.js';
import type { OpenRun, RunSinks, ServedRunExecutor } from './served-run-executor.js';
import { StepsInRedis } from './steps-in-redis.js';
import { type TakenJob, TakenJobs } from './taken-jobs.js';
import { WhileHeld } from './while-held.js';

/** What happens to the rows of all runs on a worker. */
export interface WorkerWatch {
  rowFinished(result: FinishedResult): void;
  callRetried(kind: CallErrorKind): void;
  /** A call waits, or has waited, for so long, in ms. */
  waiting(reason: CallWait, ms: number): void;
}

export interface ServedRunOptions {
  readonly connection: QueueConnection;
  readonly channels: Channels;
  readonly workerId: string;
  /** Tells a question of this worker's from all its others. */
  readonly nextAsk: () => number;
  readonly openRun: OpenRun;
  readonly timings: QueueTimings;
  /** For rows that may be what kills workers, of all runs. */
  readonly alone: OneAtATime;
  /** Hears when the run has something to do again, or nothing any more. */
  readonly busyChanged: () => void;
  readonly watch: WorkerWatch;
  /** As the worker's owner calls it. */
  readonly name: string;
  /** Hears what has gone wrong here in mid-run; the coordinator has heard of it, and stops with it. */
  readonly failed: (error: unknown) => void;
  /** In ms since 1970. */
  readonly wallNow: () => number;
}

/** A run as one worker serves it: takes its batches while there are calls to spare, and runs their rows. */
export class ServedRun {
  readonly #keys: RunKeys;
  readonly #jobs: TakenJobs;
  readonly #notebook = new CallNotebook();
  readonly #writer: ResultWriter;
  readonly #files: AskedFiles;
  readonly #stop = new AbortController();
  readonly #batches = new Map<string, HeldBatch>();
  /** By the number of a row that is held: its batch. */
  readonly #batchOfRow = new Map<number, HeldBatch>();
  /** By the id of a batch that is held: ends when it is not any more. */
  readonly #works = new Map<string, Promise<void>>();
  #opened: ServedRunExecutor | undefined;
  #loop: Promise<void> = Promise.resolve();
  #wake = () => {};
  #closing: Promise<void> | undefined;

  constructor(
    /** As it stands now. */
    public registered: RegisteredRun,
    private readonly options: ServedRunOptions,
  ) {
    const { connection, workerId, timings } = options;
    this.#keys = runKeys(connection.prefix, registered.id);
    this.#writer = new ResultWriter(connection, registered.id, this.#notebook);
    this.#files = new AskedFiles({
      ...{ connection, workerId, channels: options.channels, nextAsk: options.nextAsk },
      ...{ runId: registered.id, signal: this.#stop.signal, askAgainMs: timings.askAgainMs },
      batchOf: (row) => this.#batchOfRow.get(row),
    });
    this.#jobs = new TakenJobs(connection, registered.id, workerId, timings, (id) => {
      const batch = this.#batches.get(id);
      if (batch !== undefined) batch.isLost = true;
    });
  }

  /** Has batches in hand. */
  get isBusy(): boolean {
    return this.#works.size > 0;
  }

  /** Starts no row any more. */
  get isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  get calls(): RunCalls {
    return this.#opened?.calls ?? NO_CALLS;
  }

  /** @throws whatever keeps the run from being opened */
  async start(calls: number): Promise<void> {
    const { openRun } = this.options;
    if (this.registered.run.files?.kind === 'sent') this.#files.open();
    this.#opened = await openRun(this.registered.run, this.#sinks(), calls);
    this.#opened.onWant(() => this.#wake());
    this.#loop = this.#takeBatches(this.#opened).catch((error) => {
      if (!this.isStopped) return this.#fail(error);
    });
  }

  setShare(calls: number): void {
    this.#opened?.setShare(calls);
  }

  /** Takes no more; lets calls in the air land for so long, in ms; hands back what is left, and closes. */
  close(graceMs: number): Promise<void> {
    this.#stop.abort();
    this.#wake();
    if (graceMs <= 0) void this.#opened?.close();
    this.#closing ??= this.#drain(graceMs);
    return this.#closing;
  }

  async #drain(graceMs: number): Promise<void> {
    await within(graceMs, this.#allDone());
    await this.#opened?.close();
    await this.#allDone();
    await this.#jobs.close();
    await this.#loop;
    // What was taken in the last moment is handed back too.
    await this.#allDone();
    await this.#jobs.forgetGone();
    await this.#files.close();
  }

  async #allDone(): Promise<void> {
    await Promise.all(this.#works.values());
  }

  async #takeBatches(opened: ServedRunExecutor): Promise<void> {
    while (!this.isStopped && !this.#jobs.isClosed) {
      if (!opened.wantsMore) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const job = await this.#jobs.take();
      if (job === undefined) continue;
      if (this.isStopped) return job.handBack();
      await this.#begin(job, opened);
    }
  }

  /** Comes back when the batch's rows stand in line for their calls. */
  async #begin(job: TakenJob, opened: ServedRunExecutor): Promise<void> {
    const { connection } = this.options;
    const key = this.#keys.batch(job.data.batchId);
    // Lost once and got again: its rows must not be run by both.
    await this.#works.get(job.data.batchId);
    const pairs = (await connection.patiently(() => TAKE_BATCH.run(connection.redis, [key], []))) as string[];
    if (pairs.length === 0) return job.complete();
    const batch = new HeldBatch(job.data, asFields(pairs));
    // The first result of a row is right: these would stand in its way.
    if (batch.wrong.length > 0)
      await connection.patiently(() => FORGET_WRONG.run(connection.redis, [key], batch.wrong));
    const work = Promise.resolve()
      .then(() => this.#work(batch, job, opened))
      .catch(async (error) => {
        await this.#fail(error);
        await job.handBack();
      })
      .finally(() => {
        this.#works.delete(batch.id);
        this.options.busyChanged();
      });
    this.#works.set(batch.id, work);
    this.options.busyChanged();
  }

  async #work(batch: HeldBatch, job: TakenJob, opened: ServedRunExecutor): Promise<void> {
    const { rows } = batch;
    this.#batches.set(batch.id, batch);
    for (const { number } of rows) this.#batchOfRow.set(number, batch);
    try {
      const failedAt = new Date(this.options.wallNow()).toISOString();
      const deadly = batch.deadly.map((row) => this.#writer.finished(batch, batch.giveUp(row, failedAt)));
      const [results] = await Promise.all([opened.run(batch.toRun), ...deadly]);
      const givenUp = results.filter((result) => result.status === 'abandoned');
      if (givenUp.length === 0) return await job.complete();
      await this.#leave(batch, givenUp);
      await job.handBack();
    } finally {
      for (const { number } of rows) this.#batchOfRow.delete(number);
      this.#batches.delete(batch.id);
    }
  }

  async #leave(batch: HeldBatch, givenUp: readonly AbandonedResult[]): Promise<void> {
    const { connection } = this.options;
    const calls = givenUp.reduce((sum, result) => sum + result.calls, 0);
    const spent = givenUp.flatMap((result) => result.spent ?? []).map(jsonOfSpending);
    const args = [batch.taking, calls, spent.join()];
    await connection.patiently(() => LEAVE_BATCH.run(connection.redis, [this.#keys.batch(batch.id)], args));
  }

  #sinks(): RunSinks {
    return {
      inputsOf: (row) => (row as ObjectRow).object,
      ledger: {
        record: (result) => this.#record(result),
        finished: (result) => this.options.watch.rowFinished(result),
        // What a batch was left with tells of them.
        abandoned: () => {},
      },
      steps: new StepsInRedis(this.options.connection, this.registered.id, (row) =>
        this.#batchOfRow.get(row),
      ),
      answeredOf: ({ number }) => this.#batchOfRow.get(number)?.answeredOf(number),
      files: this.#files,
      retried: (kind, row) => {
        this.#notebook.retried(kind, row);
        this.options.watch.callRetried(kind);
      },
      waited: (reason, ms) => {
        this.#notebook.waited(reason, ms);
        this.options.watch.waiting(reason, ms);
      },
      noticed: (notice) => this.#notebook.noticed(notice),
      answeredBefore: () => this.registered.rows > this.registered.failed,
      isStopped: () => this.isStopped,
      stopRun: ({ kind, message, details: { advice } }) =>
        this.#stopRun({ kind, message, ...(advice !== undefined && { advice }) }),
      budgetUsedUp: (end) => this.#stopRun({ kind: BUDGET, end }),
      signal: this.#stop.signal,
      whileHeld: (next) =>
        new WhileHeld(next, {
          batchOf: (row) => this.#batchOfRow.get(row),
          starts: (batch, row) => this.#writer.starts(batch, row),
          started: (batch, row) => this.#writer.started(batch, row),
          alone: this.options.alone,
        }),
    };
  }

  async #record(result: FinishedResult): Promise<void> {
    const batch = this.#batchOfRow.get((result.row satisfies Row).number);
    if (batch !== undefined) await this.#writer.finished(batch, result);
  }

  #stopRun(note: StopNote): void {
    this.#stop.abort();
    this.#tellStop(note).catch((error) => this.options.failed(error));
  }

  /** Other workers would meet the same, one after the other, and nobody would be left in the end. */
  async #fail(error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    const reason: StopNote = {
      kind: WORKER_FAILED,
      message: `the worker ${this.options.name} left the run: ${message}`,
    };
    // Where the server is gone too, the coordinator finds out by itself.
    if (!this.options.connection.isClosed) await this.#tellStop(reason).catch(() => {});
    this.options.failed(error);
  }

  async #tellStop(reason: StopNote): Promise<void> {
    const { connection } = this.options;
    const args = [JSON.stringify(reason), this.registered.generation];
    await connection.patiently(() =>
      STOP_RUN.run(connection.redis, [this.#keys.record, this.#keys.done], args),
    );
  }
}

/** A hash as Redis gives it to a script: names and values in turn. */
function asFields(pairs: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let index = 0; index < pairs.length; index += 2) fields[pairs[index] ?? ''] = pairs[index + 1] ?? '';
  return fields;
}
