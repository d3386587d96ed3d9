import { type Heartbeat, NO_CALLS, type RunCalls, readHeartbeats } from '../protocol/heartbeat.js';
import { PROTOCOL } from '../protocol/protocol.js';
import type { WorkersEvent } from '../protocol/queue-news.js';
import type { QueueConnection } from '../redis/redis-connection.js';

/** Looks who works on a run, and tells when that changes. */
export class WorkerWatch {
  #workers: readonly Heartbeat[] = [];
  #lastTold: string | undefined;
  #looksInVain = 0;
  readonly #toldLacking = new Set<string>();

  constructor(
    private readonly connection: QueueConnection,
    private readonly runId: string,
    private readonly tell: (news: WorkersEvent) => void,
  ) {}

  get workers(): readonly Heartbeat[] {
    return this.#workers;
  }

  /** The run's calls on all of them. */
  get calls(): RunCalls {
    return this.#workers
      .map(({ calls }) => calls[this.runId] ?? NO_CALLS)
      .reduce(
        (sum, { inFlight, forLimit, inBackoff }) => ({
          inFlight: sum.inFlight + inFlight,
          forLimit: sum.forLimit + forLimit,
          inBackoff: sum.inBackoff + inBackoff,
        }),
        NO_CALLS,
      );
  }

  async look(): Promise<void> {
    const { redis, prefix } = this.connection;
    const all = await this.connection.patiently(() => readHeartbeats(redis, prefix));
    const own = all.filter(({ protocol }) => protocol === PROTOCOL);
    this.#workers = own.filter(({ runs }) => runs.includes(this.runId));
    for (const worker of own) this.#tellLacking(worker);
    const others = all.filter(({ protocol }) => protocol !== PROTOCOL);
    this.#looksInVain = this.#workers.length > 0 ? 0 : this.#looksInVain + 1;
    if (this.#workers.length > 0) this.#tellOnce({ kind: 'workers', workers: this.#workers });
    else if (own.length === 0 && others.length > 0)
      this.#tellOnce({ kind: 'other-protocols', workers: others });
    // A worker that is there needs a moment to hear of a new run.
    else if (this.#looksInVain > 1) this.#tellOnce({ kind: 'no-workers' });
  }

  #tellLacking(worker: Heartbeat): void {
    const keyEnv = worker.lacks[this.runId];
    if (keyEnv === undefined || this.#toldLacking.has(worker.id)) return;
    this.#toldLacking.add(worker.id);
    this.tell({ kind: 'lacks-key', worker, keyEnv });
  }

  #tellOnce(news: WorkersEvent): void {
    const said = 'workers' in news ? `${news.kind} ${news.workers.map(({ id }) => id).join(' ')}` : news.kind;
    if (said === this.#lastTold) return;
    this.#lastTold = said;
    this.tell(news);
  }
}
