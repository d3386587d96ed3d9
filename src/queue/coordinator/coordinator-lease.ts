import { setTimeout as sleep } from 'node:timers/promises';
import { KEEP_MS, type RunKeys, runKeys, sharedKeys } from '../protocol/protocol.js';
import { QueueError } from '../protocol/queue-error.js';
import type { QueuedRun } from '../protocol/queued-run.js';
import { LEASE_MS } from '../protocol/timings.js';
import type { Script, ScriptCall } from '../redis/exec.js';
import { HOLD_LEASE, LEAVE_LEASE, REGISTER_RUN, SET_STATE } from '../redis/lease-scripts.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import { formatRun, type QueuedRunState } from '../redis/run-registry.js';

export interface LeaseOptions {
  readonly connection: QueueConnection;
  readonly runId: string;
  /** Tells this coordinator from all others, for ever. */
  readonly token: string;
  readonly leaseMs?: number | undefined;
  /** Hears that another's lease has to run out first, at most so many ms from now. */
  readonly onWait?: (ms: number) => void;
  /** Registers the run again, which the server has lost. */
  readonly onForgotten?: () => Promise<void>;
}

/**
 * The right to coordinate a run. Whoever was killed loses it after `leaseMs`; whoever holds it passes its token
 * with every write, so that one who only thinks to hold it writes nothing.
 */
export class CoordinatorLease {
  readonly #keys: RunKeys;
  readonly #leaseMs: number;

  constructor(private readonly options: LeaseOptions) {
    this.#keys = runKeys(options.connection.prefix, options.runId);
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
  }

  get token(): string {
    return this.options.token;
  }

  /**
   * Takes the lease; where a coordinator has it that may have been killed, once that one's has run out.
   *
   * @throws QueueError (held) when the other one renews it: it lives
   */
  async take(): Promise<void> {
    const until = performance.now() + this.#leaseMs * 1.5;
    let lastLeftMs = Number.POSITIVE_INFINITY;
    for (;;) {
      const { isMine, leftMs } = await this.hold();
      if (isMine) return;
      if (lastLeftMs === Number.POSITIVE_INFINITY) this.options.onWait?.(leftMs);
      else if (leftMs > lastLeftMs || performance.now() > until) throw this.heldError();
      lastLeftMs = leftMs;
      await sleep(Math.max(20, Math.min(leftMs, this.#leaseMs / 12)));
    }
  }

  /** Takes or renews the lease, if it can. `knowsRun` is false where the server has lost the run. */
  async hold(): Promise<{ isMine: boolean; leftMs: number; knowsRun: boolean }> {
    const reply = await this.#patiently(() =>
      HOLD_LEASE.run(this.#redis, [this.#keys.lease, this.#keys.record], [this.token, this.#leaseMs]),
    );
    const [isMine, leftMs, knowsRun] = reply as [number, number, number];
    return { isMine: isMine === 1, leftMs, knowsRun: knowsRun === 1 };
  }

  /** Opens the run to the workers. */
  async register(run: QueuedRun): Promise<void> {
    const { runs, news } = sharedKeys(this.options.connection.prefix);
    const keys = [this.#keys.lease, runs, this.#keys.record];
    await this.fenced(REGISTER_RUN, [{ keys, args: [this.token, run.id, formatRun(run), KEEP_MS] }]);
    await this.#tellWorkers(news);
  }

  /** @throws QueueError (held) where the lease is another's */
  async setState(state: QueuedRunState): Promise<void> {
    const keys = [this.#keys.lease, this.#keys.record];
    await this.fenced(SET_STATE, [{ keys, args: [this.token, state] }]);
    await this.#tellWorkers(sharedKeys(this.options.connection.prefix).news);
  }

  async leave(): Promise<void> {
    await LEAVE_LEASE.run(this.#redis, [this.#keys.lease], [this.token]);
  }

  /**
   * Runs scripts that do nothing, and give -1, without the lease. A lease that ran out (the server was away for
   * longer) and that nobody took is taken again. Where the server has lost the run with it, the run is registered before
   * anything else is written: workers that leave a run that is not registered remove what they find of its queue.
   *
   * @throws QueueError (held) where the lease is another's
   */
  async fenced(script: Script, calls: readonly ScriptCall[]): Promise<unknown[]> {
    for (;;) {
      const replies = await this.#patiently(() => script.runAll(this.#redis, calls));
      if (!replies.includes(-1)) return replies;
      const { isMine, knowsRun } = await this.hold();
      if (!isMine) throw this.heldError();
      if (!knowsRun && script !== REGISTER_RUN) await this.options.onForgotten?.();
    }
  }

  heldError(): QueueError {
    return new QueueError(
      'held',
      `another process coordinates this run on the queue at ${this.options.connection.shownUrl} (run ${this.options.runId})`,
    );
  }

  get #redis() {
    return this.options.connection.redis;
  }

  /** They look by themselves too, if a little later. */
  async #tellWorkers(channel: string): Promise<void> {
    await this.#redis.publish(channel, this.options.runId).catch(() => {});
  }

  #patiently<T>(work: () => Promise<T>): Promise<T> {
    return this.options.connection.patiently(work);
  }
}
