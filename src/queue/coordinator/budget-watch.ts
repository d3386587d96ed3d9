import type { ResultLedger } from '../../batch/result-ledger.js';
import type { BudgetLimits, Spent } from '../../limits/budget.js';
import { KEEP_MS, runKeys, sharedKeys } from '../protocol/protocol.js';
import { OPEN_BUDGET, REAP_CALLS } from '../redis/budget-scripts.js';
import type { QueueConnection } from '../redis/redis-connection.js';
import type { CoordinatorLease } from './coordinator-lease.js';

/** A run's budget, and what is known to be spent of it. */
export interface QueuedBudget {
  readonly limits: BudgetLimits;
  /** By the results that are here. */
  readonly spent: () => Spent;
  /** The dearest call so far, by kind of call. */
  readonly dearest: ReadonlyMap<string, number>;
}

/** The coordinator's side of a budget in Redis: it begins with what is known here, and shares of dead workers go back. */
export class BudgetWatch {
  #calls = 0;
  #cost = 0;
  readonly #keys: readonly string[];
  /** How the keys of living workers begin. */
  readonly #workers: string;

  constructor(
    connection: Pick<QueueConnection, 'prefix'>,
    runId: string,
    private readonly lease: CoordinatorLease,
    private readonly budget: QueuedBudget,
    /** Hears of calls that were in flight on workers which are lost. */
    private readonly ledger: Pick<ResultLedger, 'abandoned'>,
  ) {
    const { lease: held, budget: own } = runKeys(connection.prefix, runId);
    this.#keys = [held, own];
    this.#workers = sharedKeys(connection.prefix).worker('');
  }

  /** The share that is used, from 0, as of the last look. */
  get share(): number {
    const { maxCost = Number.POSITIVE_INFINITY, maxCalls = Number.POSITIVE_INFINITY } = this.budget.limits;
    return Math.max(maxCost === 0 ? 1 : this.#cost / maxCost, this.#calls / maxCalls);
  }

  /** Before any call goes out; and again where the server has lost everything. */
  async open(): Promise<void> {
    const { calls, cost } = this.budget.spent();
    this.#calls = Math.max(this.#calls, calls);
    this.#cost = Math.max(this.#cost, cost);
    const args = [this.lease.token, this.#calls, this.#cost, KEEP_MS, ...[...this.budget.dearest].flat()];
    await this.lease.fenced(OPEN_BUDGET, [{ keys: this.#keys, args }]);
  }

  async look(): Promise<void> {
    const args = [this.lease.token, this.#workers];
    const [reply] = await this.lease.fenced(REAP_CALLS, [{ keys: this.#keys, args }]);
    const [calls = 0, cost = 0, inAir = 0, reserved = 0, lost = 0] = (reply as (string | number)[]).map(
      Number,
    );
    // With what is in the air: should the server lose everything, it counts as made.
    this.#calls = calls + inAir;
    this.#cost = cost + reserved;
    if (lost > 0) this.#tellLost(lost);
  }

  /** Their services may have answered them. */
  #tellLost(calls: number): void {
    this.ledger.abandoned(calls, {
      ...{ input: 0, output: 0, cached: 0, cost: 0, unpriced: 0 },
      possiblyBilled: calls,
    });
  }
}
