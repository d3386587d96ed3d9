import { type Change, type Condition, Latch } from './condition.js';
import type { Observed } from './observed.js';
import { percent } from './percent.js';

/** Early enough to give more, or to let it end there. */
const SHARE = 0.8;

/** Most of the budget is used. */
export class BudgetUsed implements Condition {
  readonly alert = 'budget';
  readonly threshold = SHARE;
  value = 0;
  readonly #latch = new Latch();

  constructor(private readonly observed: Observed) {}

  evaluate(_now: number): Change {
    this.value = this.observed.budgetUsed;
    return this.#latch.turn(this.value >= SHARE, this.value < SHARE);
  }

  describe(): string {
    return `${percent(this.value)} of the budget is used (told from ${percent(SHARE)} on)`;
  }
}
