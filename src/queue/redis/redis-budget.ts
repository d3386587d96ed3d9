import type { BudgetEnd, BudgetLimits, Spent } from '../../limits/budget.js';
import type { BudgetStore } from '../../limits/shared/shared-budget.js';
import { KEEP_MS, runKeys } from '../protocol/protocol.js';
import { RESERVE_CALL, SEND_CALL, SETTLE_CALL } from './budget-scripts.js';
import type { Script, ScriptArgument } from './exec.js';
import type { QueueConnection } from './redis-connection.js';

/** The budget of a run over all its workers, kept in Redis. */
export class RedisBudget implements BudgetStore {
  readonly #key: string;

  constructor(
    private readonly connection: QueueConnection,
    runId: string,
    private readonly limits: BudgetLimits,
  ) {
    this.#key = runKeys(connection.prefix, runId).budget;
  }

  async reserve(id: string, kind: string, least: number | undefined): Promise<'go' | 'wait' | BudgetEnd> {
    const { maxCalls = '', maxCost = '' } = this.limits;
    const reply = await this.#run(RESERVE_CALL, [id, kind, least ?? '', maxCalls, maxCost, KEEP_MS]);
    const [verdict, spent] = reply as [string, string?];
    switch (verdict) {
      case 'max-calls':
        return { kind: 'max-calls', calls: Number(spent) };
      case 'max-cost':
        return { kind: 'max-cost', cost: Number(spent) };
      default:
        return verdict === 'go' ? 'go' : 'wait';
    }
  }

  async goesOut(id: string): Promise<boolean> {
    return (await this.#run(SEND_CALL, [id])) === 1;
  }

  async settle(id: string, kind: string, { calls, cost }: Spent, tells: boolean): Promise<void> {
    await this.#run(SETTLE_CALL, [id, kind, calls, cost, tells ? 1 : 0]);
  }

  #run(script: Script, args: readonly ScriptArgument[]): Promise<unknown> {
    const { redis } = this.connection;
    return this.connection.patiently(() => script.run(redis, [this.#key], args));
  }
}
