import { stringifyJson } from '../../json/stringify-json.js';
import { endHeartbeat, writeHeartbeat } from '../protocol/heartbeat.js';
import { PROTOCOL, sharedKeys } from '../protocol/protocol.js';
import { keyEnvsOf, type QueuedRun } from '../protocol/queued-run.js';
import { type QueueTimings, TIMINGS } from '../protocol/timings.js';
import { Channels } from '../redis/channels.js';
import { OneAtATime } from '../redis/one-at-a-time.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import { Repeating, within } from '../redis/repeating.js';
import { type RegisteredRun, readRuns } from '../redis/run-registry.js';
import { ServedRun, type WorkerWatch } from './served-run.js';
import type { OpenRun } from './served-run-executor.js';
import { shares } from './shares.js';

/** What a worker's owner may want to know. Nobody has to do anything, but where a key or a file is missing. */
export type WorkerEvent =
  | { readonly kind: 'serves'; readonly run: RegisteredRun }
  /** The run was stopped, or is gone: no new calls; what is in the air may land. */
  | { readonly kind: 'drains'; readonly runId: string }
  /** The run is closed here. */
  | { readonly kind: 'leaves'; readonly runId: string }
  /** The key that the run needs is not in the environment: its batches are left to others. */
  | { readonly kind: 'lacks-key'; readonly run: RegisteredRun; readonly keyEnv: string }
  /** The run is another version's. */
  | { readonly kind: 'other-protocol'; readonly run: RegisteredRun }
  /** The run cannot be opened here, or not be gone on with: its batches are left to others. */
  | { readonly kind: 'cannot-serve'; readonly run: RegisteredRun; readonly error: unknown };

export interface QueueWorkerOptions {
  readonly connection: QueueConnection;
  /** Tells this worker from all others, for ever. */
  readonly id: string;
  /** As its owner calls it. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** Of batchai. */
  readonly version: string;
  /** Calls in the air, over all runs. */
  readonly concurrency: number;
  readonly openRun: OpenRun;
  /** Whether the environment has the variable with a key. */
  readonly hasKey: (keyEnv: string) => boolean;
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Hears what happens to rows. */
  readonly watch?: WorkerWatch;
  /** In ms since 1970. */
  readonly wallNow: () => number;
  /** Calls in the air get so long to land when a run or the worker stops, in ms. */
  readonly graceMs: number;
  readonly timings?: Partial<QueueTimings>;
}

/** What writing results and handing batches back may take, in ms, before the worker goes without. */
const HAND_BACK_MS = 3_000;

/** Takes batches of all runs on a queue that it has the keys for, and divides its calls evenly among them. */
export class QueueWorker {
  readonly #served = new Map<string, ServedRun>();
  /** Runs that are left to others, by id with the generation of which that is known. */
  readonly #left = new Map<string, number>();
  readonly #lacks = new Map<string, string>();
  readonly #alone = new OneAtATime();
  readonly #repeating: Repeating;
  readonly #timings: QueueTimings;
  readonly #channels: Channels;
  #looking: Promise<void> | undefined;
  #isStopped = false;
  #asks = 0;
  #rows = 0;
  #countedAt = performance.now();
  #rowsPerSecond = 0;
  readonly #watch: WorkerWatch;

  constructor(private readonly options: QueueWorkerOptions) {
    this.#timings = { ...TIMINGS, ...options.timings };
    this.#channels = new Channels(options.connection);
    this.#watch = {
      rowFinished: (result) => {
        this.#rows++;
        options.watch?.rowFinished(result);
      },
      callRetried: (kind) => options.watch?.callRetried(kind),
      waiting: (reason, ms) => options.watch?.waiting(reason, ms),
    };
    this.#repeating = new Repeating(() => {}, [
      { everyMs: this.#timings.pollMs, work: () => this.#look() },
      { everyMs: this.#timings.pollMs, work: () => this.#beat() },
    ]);
  }

  get runs(): readonly string[] {
    return [...this.#served.keys()];
  }

  get rowsPerSecond(): number {
    return this.#rowsPerSecond;
  }

  get inFlight(): number {
    return [...this.#served.values()].reduce((inFlight, { calls }) => inFlight + calls.inFlight, 0);
  }

  async start(): Promise<void> {
    this.#channels.listen(
      sharedKeys(this.options.connection.prefix).news,
      () => void this.#look().catch(() => {}),
    );
    this.#repeating.start();
    // Whoever is not known to live has no share of a budget.
    await this.#beat();
    await this.#look();
    await this.#beat();
  }

  /**
   * Takes no more batches, lets calls in the air land for so long, in ms, and hands the rest back. The connection
   * stays open.
   */
  async stop(graceMs: number = this.options.graceMs): Promise<void> {
    this.#isStopped = true;
    this.#repeating.stop();
    this.#channels.close();
    const { connection, id } = this.options;
    await within(
      graceMs + (connection.isUp ? HAND_BACK_MS : 0),
      Promise.all([...this.#served.values()].map((run) => run.close(graceMs))),
    );
    await within(connection.isUp ? HAND_BACK_MS : 0, endHeartbeat(connection.redis, connection.prefix, id));
  }

  /** Looks which runs there are; whoever asks meanwhile is answered by one more look. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { redis, prefix } = this.options.connection;
    const runs = await readRuns(redis, prefix);
    if (this.#isStopped) return;
    for (const [id, served] of this.#served) {
      const now = runs.find((run) => run.id === id);
      const goesOn = now?.state === 'running' && !served.isStopped;
      if (goesOn && isMadeAs(now.run, served.registered.run)) served.registered = now;
      else this.#leave(id, served, now?.state === 'stopped' ? 0 : this.options.graceMs);
    }
    for (const run of runs) if (run.state === 'running') await this.#serve(run);
    for (const id of this.#left.keys()) if (!runs.some((run) => run.id === id)) this.#forget(id);
  }

  async #serve(run: RegisteredRun): Promise<void> {
    if (this.#served.has(run.id) || this.#left.get(run.id) === run.generation) return;
    this.#forget(run.id);
    if (run.protocol !== PROTOCOL) return this.#leaveToOthers(run, { kind: 'other-protocol', run });
    const keyEnv = keyEnvsOf(run.run).find((name) => !this.options.hasKey(name));
    if (keyEnv !== undefined) {
      this.#lacks.set(run.id, keyEnv);
      return this.#leaveToOthers(run, { kind: 'lacks-key', run, keyEnv });
    }
    const cannotServe = (error: unknown) => {
      if (this.#isStopped || this.options.connection.isClosed) return;
      this.#leaveToOthers(run, { kind: 'cannot-serve', run, error });
      if (this.#served.get(run.id) === served) this.#leave(run.id, served, this.options.graceMs);
    };
    const served = new ServedRun(run, {
      ...this.options,
      workerId: this.options.id,
      channels: this.#channels,
      nextAsk: () => this.#asks++,
      timings: this.#timings,
      alone: this.#alone,
      busyChanged: () => this.#share(),
      watch: this.#watch,
      failed: cannotServe,
    });
    this.#served.set(run.id, served);
    try {
      await served.start(this.options.concurrency);
      this.options.onEvent?.({ kind: 'serves', run });
      this.#share();
    } catch (error) {
      cannotServe(error);
    }
  }

  #leave(id: string, served: ServedRun, graceMs: number): void {
    if (!served.isStopped) this.options.onEvent?.({ kind: 'drains', runId: id });
    // It stays listed until it is closed: a new generation of the run waits for that.
    served
      .close(graceMs)
      .catch(() => {})
      .finally(() => {
        if (this.#served.get(id) !== served) return;
        this.#served.delete(id);
        this.#share();
        this.options.onEvent?.({ kind: 'leaves', runId: id });
      });
  }

  #leaveToOthers(run: RegisteredRun, event: WorkerEvent): void {
    this.#left.set(run.id, run.generation);
    this.options.onEvent?.(event);
  }

  #forget(runId: string): void {
    this.#left.delete(runId);
    this.#lacks.delete(runId);
  }

  /** Runs that have something to do get equal parts of the calls; the others get theirs when they have. */
  #share(): void {
    const all = [...this.#served.values()];
    const busy = all.filter((run) => run.isBusy);
    const parts = shares(this.options.concurrency, busy.length);
    for (const run of all)
      run.setShare(parts[busy.indexOf(run)] ?? shares(this.options.concurrency, busy.length + 1)[0] ?? 1);
  }

  async #beat(): Promise<void> {
    const { connection, id, name, host, pid, version, wallNow } = this.options;
    const now = performance.now();
    this.#rowsPerSecond = (this.#rows * 1_000) / Math.max(1, now - this.#countedAt);
    this.#rows = 0;
    this.#countedAt = now;
    await writeHeartbeat(connection.redis, connection.prefix, {
      id,
      name,
      host,
      pid,
      version,
      protocol: PROTOCOL,
      rowsPerSecond: Math.round(this.#rowsPerSecond * 10) / 10,
      inFlight: this.inFlight,
      runs: this.runs,
      calls: Object.fromEntries([...this.#served].map(([runId, { calls }]) => [runId, calls])),
      lacks: Object.fromEntries(this.#lacks),
      at: wallNow(),
    });
  }
}

/** The calls of both are made in the same way: who coordinates them is all the same. */
function isMadeAs(a: QueuedRun, b: QueuedRun): boolean {
  const calls = ({
    fabric,
    rate,
    tokensPerMinute,
    price,
    tiers,
    steps,
    budget,
    attempts,
    timeoutMs,
    files,
  }: QueuedRun) =>
    stringifyJson([fabric, rate, tokensPerMinute, price, tiers, steps, budget, attempts, timeoutMs, files]);
  return calls(a) === calls(b);
}
