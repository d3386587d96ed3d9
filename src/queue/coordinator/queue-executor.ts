import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch, Executor } from '../../batch/batch.js';
import type { RowResult } from '../../fabric/row-result.js';
import { batchIdOf, packRows } from '../protocol/batch-content.js';
import { type Heartbeat, NO_CALLS, type RunCalls } from '../protocol/heartbeat.js';
import { runKeys } from '../protocol/protocol.js';
import { readStopNote } from '../protocol/stop-note.js';
import { TIMINGS } from '../protocol/timings.js';
import { Repeating, within } from '../redis/repeating.js';
import { RunQueue } from '../redis/run-queue.js';
import { BatchOpener } from './batch-opener.js';
import { BatchStore } from './batch-store.js';
import { BudgetWatch } from './budget-watch.js';
import { removeRun } from './clean-run.js';
import { Collector, givenUp } from './collector.js';
import { CoordinatorLease } from './coordinator-lease.js';
import { DoneList } from './done-list.js';
import { FileSender, type FilesToSend } from './file-sender.js';
import { knownSteps } from './known-steps.js';
import { Outstanding, type OutstandingBatch, QUEUE_WINDOW } from './outstanding.js';
import type { QueueExecutorOptions } from './queue-executor-options.js';
import { ResultsElsewhere } from './results-elsewhere.js';
import { WorkerWatch } from './worker-watch.js';

/** When a stopped run is closed, workers get so long to say that they have ended its calls, in ms. */
const CUT_OFF_MS = 2_000;
/** While a run stops, it is looked so often whether its calls have landed, in ms. */
const LANDING_MS = 50;

/**
 * Has the rows of batches run by workers elsewhere. It queues batches up to a window, takes each one's results
 * when it is complete, records them here, and only then forgets them there.
 */
export class QueueExecutor implements Executor {
  readonly #outstanding: Outstanding;
  readonly #lease: CoordinatorLease;
  readonly #store: BatchStore;
  readonly #queue: RunQueue;
  readonly #collector: Collector;
  readonly #opener: BatchOpener;
  readonly #done: DoneList;
  readonly #watch: WorkerWatch;
  readonly #budget: BudgetWatch | undefined;
  readonly #files: FileSender | undefined;
  readonly #elsewhere: ResultsElsewhere;
  readonly #repeating: Repeating;
  #listener = () => {};
  #state: 'running' | 'stopping' | 'cut' | 'closed' = 'running';
  #failure: unknown;
  #stopped: Promise<void> | undefined;
  #registering: Promise<void> | undefined;

  /**
   * Takes the run, where nobody else has it, and opens it to the workers.
   *
   * @throws QueueError (held) when another coordinator has it, and lives
   */
  static async open(options: QueueExecutorOptions): Promise<QueueExecutor> {
    const executor = new QueueExecutor(options);
    await executor.#lease.take();
    await executor.#register();
    executor.#start();
    return executor;
  }

  private constructor(private readonly options: QueueExecutorOptions) {
    const { connection, run, token } = options;
    const timings = { ...TIMINGS, ...options.timings };
    this.#lease = new CoordinatorLease({
      connection,
      runId: run.id,
      token,
      leaseMs: timings.leaseMs,
      onWait: (ms) => options.watch?.queue?.({ kind: 'waits-for-lease', ms }),
      onForgotten: () => this.#registerAgain(),
    });
    this.#budget =
      options.budget && new BudgetWatch(connection, run.id, this.#lease, options.budget, options.ledger);
    this.#outstanding = new Outstanding(options.window ?? QUEUE_WINDOW);
    this.#store = new BatchStore(connection, run.id, this.#lease);
    this.#queue = new RunQueue(connection, run.id);
    this.#collector = new Collector({
      ...options,
      store: this.#store,
      outstanding: this.#outstanding,
      cameBack: () => {
        if (this.wantsMore) this.#listener();
      },
      anew: (batch) => this.#opener.openAnew([batch]),
      failed: (error) => this.#fail(error),
    });
    this.#opener = new BatchOpener({
      store: this.#store,
      queue: this.#queue,
      collector: this.#collector,
      outstanding: this.#outstanding,
      isRunning: () => this.#state === 'running',
      queuedAgain: (batches) => options.watch?.queue?.({ kind: 'queued-again', batches }),
      failed: (error) => this.#fail(error),
    });
    this.#done = new DoneList(connection, runKeys(connection.prefix, run.id), {
      stepped: (entries) => this.#collector.takeSteps(entries),
      complete: (ids) => this.#collector.collect(ids.map((id) => this.#outstanding.get(id))),
      stopped: (reason) => this.#stoppedByWorker(reason),
    });
    this.#files = this.options.files && this.#senderOf(this.options.files, timings.keepFileMs);
    this.#watch = new WorkerWatch(connection, run.id, (news) => options.watch?.queue?.(news));
    this.#elsewhere = new ResultsElsewhere(this.#store, this.#outstanding);
    this.#repeating = new Repeating(
      (error) => this.#fail(error),
      [
        { everyMs: timings.leaseMs / 3, work: () => this.#holdLease() },
        { everyMs: timings.sweepMs, work: () => this.#opener.sweep() },
        {
          everyMs: timings.sweepMs,
          work: () => this.#store.keep(this.#outstanding.all().map(({ id }) => id)),
        },
        // Who works for us is worth knowing, but nothing to fail for.
        { everyMs: timings.pollMs, work: () => this.#watch.look().catch(() => {}) },
        { everyMs: timings.pollMs, work: async () => this.#budget?.look() },
        { everyMs: timings.pollMs, work: () => this.#elsewhere.look().catch(() => {}) },
      ],
    );
  }

  get wantsMore(): boolean {
    return this.#outstanding.hasRoom;
  }

  onWant(listener: () => void): void {
    this.#listener = listener;
  }

  /** The run's calls on all workers together, as they last said; none any more once it is closed. */
  get calls(): RunCalls {
    return this.#state === 'closed' ? NO_CALLS : this.#watch.calls;
  }

  /** The workers that live and work on this run, as they last said. */
  get workers(): readonly Heartbeat[] {
    return this.#watch.workers;
  }

  /** The share of the budget that is used, as of the last look; 0 where there is none. */
  get budgetShare(): number {
    return this.#budget?.share ?? 0;
  }

  /** Rows that workers have a result of in batches which are not complete, as of a moment ago. */
  get resultsElsewhere(): number {
    return this.#state === 'closed' ? 0 : this.#elsewhere.count;
  }

  run({ rows, bytes, ranBefore = [] }: Batch): Promise<readonly RowResult[]> {
    const { run, inputsOf } = this.options;
    if (rows.length === 0) return Promise.resolve([]);
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#state !== 'running') return Promise.resolve(rows.map(givenUp));
    const id = batchIdOf(run.id, [...rows, ...ranBefore]);
    const job = packRows(
      id,
      rows.map((row) => ({ number: row.number, inputs: inputsOf(row), attached: row.attached })),
    );
    return new Promise((resolve, reject) => {
      const batch: OutstandingBatch = {
        ...{ id, rows, bytes, job, resolve, reject },
        ...{ results: [], state: 'opening', wrongTimes: 0, steps: knownSteps(rows, this.options) },
      };
      this.#outstanding.add(batch);
      this.#opener.open([batch]);
    });
  }

  /** Removes everything of the run from the server, after it is finished and its results are safe here; closes. */
  async finish(): Promise<void> {
    await this.#endWork();
    await removeRun(this.options.connection, this.options.run.id);
  }

  /**
   * Leaves the run as it is for whoever resumes it. Where it was stopped, its calls in the air are ended; where
   * not, workers finish what is queued. The connection stays open.
   */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    if (this.#stopped !== undefined) {
      this.#state = 'cut';
      await this.#within(2 * CUT_OFF_MS, this.#stopped);
    }
    await this.#endWork();
    for (const batch of this.#outstanding.all()) this.#collector.giveBack(batch);
    await this.#within(CUT_OFF_MS, this.#lease.leave());
  }

  #senderOf(files: FilesToSend, keepMs: number): FileSender {
    const { connection, run } = this.options;
    const outstanding = this.#outstanding;
    return new FileSender({
      ...{ connection, runId: run.id, outstanding, files, keepMs },
      failed: (error) => this.#fail(error),
    });
  }

  #start(): void {
    this.#repeating.start();
    this.#done.start((error) => this.#fail(error));
    this.#files?.start();
    void this.#watch.look().catch(() => {});
    const { signal } = this.options;
    if (signal.aborted) this.#stop();
    else signal.addEventListener('abort', () => this.#stop(), { once: true });
  }

  async #endWork(): Promise<void> {
    this.#state = 'closed';
    this.#repeating.stop();
    this.#done.stop();
    this.#files?.stop();
    await this.#within(
      CUT_OFF_MS,
      Promise.all([this.#opener.close(), this.#collector.close(), this.#queue.close()]),
    );
  }

  async #holdLease(): Promise<void> {
    const { isMine, knowsRun } = await this.#lease.hold();
    if (!isMine) throw this.#lease.heldError();
    if (knowsRun || this.#state !== 'running') return;
    await this.#registerAgain();
    await this.#opener.sweep();
  }

  /** The server has lost everything. */
  #registerAgain(): Promise<void> {
    if (this.#state !== 'running') return Promise.resolve();
    this.#registering ??= this.#queue
      .close()
      .then(() => this.#register())
      .finally(() => {
        this.#registering = undefined;
      });
    return this.#registering;
  }

  async #register(): Promise<void> {
    await this.#budget?.open();
    await this.#lease.register(this.options.run);
  }

  #stoppedByWorker(note: string): void {
    const reason = readStopNote(note);
    if (reason instanceof Error) this.options.stopRun(reason);
    else this.options.budgetUsedUp(reason);
    this.#stop();
  }

  #stop(): void {
    if (this.#state !== 'running') return;
    this.#state = 'stopping';
    this.#stopped = this.#letLand().catch((error) => this.#fail(error));
  }

  /** Workers take no more; what is in the air may land until we are closed. Then all is given back. */
  async #letLand(): Promise<void> {
    await this.#lease.setState('stopping');
    while (this.#state === 'stopping' && (await this.#queue.hasActive())) await sleep(LANDING_MS);
    if (this.#state === 'cut') {
      await this.#lease.setState('stopped');
      const until = performance.now() + CUT_OFF_MS;
      while (performance.now() < until && (await this.#queue.hasActive())) await sleep(LANDING_MS);
    }
    await this.#collector.collectPart(this.#outstanding.all());
    for (const batch of this.#outstanding.in('opening')) this.#collector.giveBack(batch);
  }

  /** A server that is gone is not waited for. */
  async #within(ms: number, promise: Promise<unknown>): Promise<void> {
    await within(this.options.connection.isUp ? ms : 0, promise);
  }

  /** Nothing can go on. */
  #fail(error: unknown): void {
    if (this.#state === 'closed' || this.#failure !== undefined) return;
    this.#failure = error;
    this.#repeating.stop();
    this.#done.stop();
    this.#files?.stop();
    for (const batch of this.#outstanding.all()) {
      this.#outstanding.remove(batch);
      batch.reject(error);
    }
  }
}
