import { formatPercent } from '../../wording/wording.js';
import { type Change, type Condition, Latch, type Observed } from './condition.js';

/** Early enough to raise the budget in time. */
const SHARE = 0.8;

/** Fires when most of the budget is used. */
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
    return `${formatPercent(this.value)} of the budget is used (told from ${formatPercent(SHARE)} on)`;
  }
}
