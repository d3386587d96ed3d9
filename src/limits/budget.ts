import { CallError } from '../fabric/call-error.js';

/** What may be spent on a run; at least one of both. */
export interface BudgetLimits {
  /** In the unit of the run's prices. */
  readonly maxCost?: number;
  readonly maxCalls?: number;
}

/** What was spent, or is about to be. */
export interface Spent {
  readonly cost: number;
  readonly calls: number;
}

export type BudgetEnd =
  | { readonly kind: 'max-cost'; readonly cost: number }
  | { readonly kind: 'max-calls'; readonly calls: number }
  /** The price of a call is not known, so that nobody can say when the budget is used up. */
  | { readonly kind: 'no-price' };

/** A hundred calls of 0.01 are not to cost more than 1. */
const ROUNDING = 1e-9;

/**
 * What may still be spent. A call is let out only when what has been spent, the calls in flight, and the call itself
 * stay within the limits, each reckoned at the most that a call of its kind has cost so far. So where every call costs
 * the same, the budget is never passed; where they differ, by the calls in flight at most. As long as nobody knows
 * what a call of a kind costs, one is made at a time.
 */
export class Budget {
  #cost: number;
  #calls: number;
  #reserved = 0;
  #inFlight = 0;
  /** By the kind of call: the most that one has cost. */
  readonly #most = new Map<string, number>();
  #waiting: (() => void)[] = [];
  #closed: CallError | undefined;

  /** @param usedUp hears once that no further call is let out. */
  constructor(
    private readonly limits: BudgetLimits,
    spent: Spent,
    private readonly usedUp: (end: BudgetEnd) => void,
  ) {
    this.#cost = spent.cost;
    this.#calls = spent.calls;
  }

  /** A call of this kind may cost so much: its price is fixed, or one did before an interruption. */
  expect(kind: string, cost: number): void {
    this.#most.set(kind, Math.max(this.#most.get(kind) ?? 0, cost));
  }

  /** The share that is used, 0 to 1 and a little more. */
  get share(): number {
    const { maxCost = Number.POSITIVE_INFINITY, maxCalls = Number.POSITIVE_INFINITY } = this.limits;
    return Math.max(maxCost === 0 ? 1 : this.#cost / maxCost, this.#calls / maxCalls);
  }

  /**
   * Comes back when a call of this kind may go out; what it turns out to take is to be told to `settle`.
   *
   * @returns what was set aside for it.
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

  /** A call has come back, or never went out: this is what it took, and whether its price is known. */
  settle(kind: string, reserved: number, spent: Spent, price: 'known' | 'unknown' | 'nothing-charged'): void {
    this.#reserved -= reserved;
    this.#inFlight--;
    this.#cost += spent.cost;
    this.#calls += spent.calls;
    if (price === 'known') this.expect(kind, spent.cost);
    if (price === 'unknown' && this.limits.maxCost !== undefined) this.#end({ kind: 'no-price' });
    this.#wakeAll();
  }

  /** No call is let out any more. */
  close(reason: CallError): void {
    this.#closed ??= reason;
    this.#wakeAll();
  }

  #judge(kind: string): 'go' | 'wait' | BudgetEnd {
    const { maxCalls, maxCost } = this.limits;
    if (maxCalls !== undefined && this.#calls + this.#inFlight + 1 > maxCalls) {
      // A call that is counted may never go out.
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
    this.usedUp(end);
  }

  #wakeAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
