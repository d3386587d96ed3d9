import { CallError } from '../fabric/call-error.js';

/** What may be spent on a run; at least one of the two is set. */
export interface BudgetLimits {
  /** In the unit of the run's prices. */
  readonly maxCost?: number;
  readonly maxCalls?: number;
}

/** What was spent. */
export interface Spent {
  readonly cost: number;
  readonly calls: number;
}

/** What is known of the cost of a call that has come back. */
export type PriceOfCall = 'known' | 'unknown' | 'nothing-charged';

export type BudgetEnd =
  | { readonly kind: 'max-cost'; readonly cost: number }
  | { readonly kind: 'max-calls'; readonly calls: number }
  /** A call's price is unknown, so the end of the budget cannot be told. */
  | { readonly kind: 'no-price' };

/** Absorbs rounding: a hundred calls of 0.01 fit into a budget of 1. */
const ROUNDING = 1e-9;

/**
 * Keeps a run's spending within limits. A call may go out if the spending so far, the calls in flight and the call
 * itself stay within the limits, each reckoned at the most that a call of its kind has cost so far. So the budget
 * holds exactly where every call costs the same, and is passed by the calls in flight at most where they differ.
 * Until the cost of a kind is known, its calls go out one at a time.
 *
 * @example
 * const budget = new Budget({ maxCost: 5 }, { cost: 0, calls: 0 }, (end) => stop(end));
 * const reserved = await budget.reserve('answer');
 * budget.settle('answer', reserved, { cost: 0.01, calls: 1 }, 'known');
 */
export class Budget {
  #cost: number;
  #calls: number;
  #reserved = 0;
  #inFlight = 0;
  /** The most that a call has cost, by its kind. */
  readonly #most = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #closed: CallError | undefined;

  /** @param onUsedUp called once, when no further call may go out. */
  constructor(
    private readonly limits: BudgetLimits,
    spent: Spent,
    private readonly onUsedUp: (end: BudgetEnd) => void,
  ) {
    this.#cost = spent.cost;
    this.#calls = spent.calls;
  }

  /** Sets the least that a call of this kind is reckoned at: its fixed price, or the cost of one before an interruption. */
  expect(kind: string, cost: number): void {
    this.#most.set(kind, Math.max(this.#most.get(kind) ?? 0, cost));
  }

  /** The share that is used, from 0; slightly above 1 where the last calls cost more than expected. */
  get share(): number {
    const { maxCost = Number.POSITIVE_INFINITY, maxCalls = Number.POSITIVE_INFINITY } = this.limits;
    return Math.max(maxCost === 0 ? 1 : this.#cost / maxCost, this.#calls / maxCalls);
  }

  /**
   * Waits until a call of this kind may go out. `settle` must follow.
   *
   * @returns the cost reserved for it.
   * @throws CallError `aborted` where it may not.
   */
  async reserve(kind: string): Promise<number> {
    for (;;) {
      if (this.#closed !== undefined) throw this.#closed;
      const verdict = this.#judge(kind);
      if (verdict === 'go') break;
      if (verdict === 'wait') await new Promise<void>((resolve) => this.#waiting.push(resolve));
      else this.#end(verdict);
    }
    const set = this.#most.get(kind) ?? 0;
    this.#reserved += set;
    this.#inFlight++;
    return set;
  }

  /** Replaces the reservation of a call, which has come back or never went out, by what it took. */
  settle(kind: string, reserved: number, spent: Spent, price: PriceOfCall): void {
    this.#reserved -= reserved;
    this.#inFlight--;
    this.#cost += spent.cost;
    this.#calls += spent.calls;
    if (price === 'known') this.expect(kind, spent.cost);
    if (price === 'unknown' && this.limits.maxCost !== undefined) this.#end({ kind: 'no-price' });
    this.#wakeAll();
  }

  /** Lets no further call out: `reserve` throws `reason`. */
  close(reason: CallError): void {
    this.#closed ??= reason;
    this.#wakeAll();
  }

  #judge(kind: string): 'go' | 'wait' | BudgetEnd {
    const { maxCalls, maxCost } = this.limits;
    if (maxCalls !== undefined && this.#calls + this.#inFlight + 1 > maxCalls) {
      // A reserved call may turn out not to be made.
      return this.#inFlight > 0 ? 'wait' : { kind: 'max-calls', calls: this.#calls };
    }
    if (maxCost === undefined) return 'go';
    const most = this.#most.get(kind);
    const allowed = maxCost * (1 + ROUNDING);
    if (most === undefined && this.#inFlight > 0) return 'wait';
    const isRoom = most === undefined ? this.#cost < maxCost : this.#cost + this.#reserved + most <= allowed;
    if (isRoom) return 'go';
    return this.#inFlight > 0 ? 'wait' : { kind: 'max-cost', cost: this.#cost };
  }

  #end(end: BudgetEnd): void {
    if (this.#closed !== undefined) return;
    this.close(new CallError('aborted', 'the budget is used up'));
    this.onUsedUp(end);
  }

  #wakeAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
