import type { BudgetEnd } from '../../limits/budget.js';
import { counted, formatCost, formatCount } from '../../wording/wording.js';
import type { Budget } from '../plan/budget.js';

/** How far a run's money and calls have taken it. */
export interface SpentBudget {
  readonly budget: Budget;
  readonly cost: number;
  readonly calls: number;
  /** What costs are counted in; undefined where no price is known. */
  readonly costUnit: string | undefined;
  /** Rows with a result, and all there are; null where that is not known. */
  readonly rows: { readonly done: number; readonly total: number | null };
}

/** Options that give a run more to spend. */
export interface RaisedBudget {
  readonly options: readonly string[];
  /** What they are about. */
  readonly comment: string;
}

/**
 * The end of its budget that a run is at: a next call, at what calls cost on average, would leave little. Undefined where
 * it has room.
 */
export function reachedEnd({ budget, cost, calls }: SpentBudget): BudgetEnd | undefined {
  const { maxCost, maxCalls } = budget;
  if (maxCalls !== undefined && calls >= maxCalls) return { kind: 'max-calls', calls };
  if (maxCost !== undefined && calls > 0 && maxCost - cost < (2 * cost) / calls)
    return { kind: 'max-cost', cost };
  return undefined;
}

/**
 * Twice the budget that is used up, beside what the whole would take.
 *
 * @example
 * raisedBudget({ kind: 'max-cost', cost: 1 }, { budget: { maxCost: 1 }, rows: { done: 100, total: 500 }, … });
 * // { options: ['--max-cost', '2'], comment: '$1.00 is spent, about $5.00 for all' }
 */
export function raisedBudget(end: BudgetEnd, spent: SpentBudget): RaisedBudget {
  const { budget, cost, calls, costUnit = '', rows } = spent;
  const { maxCost = cost, maxCalls = calls } = budget;
  const forAll = (amount: number) =>
    rows.total === null || rows.done === 0 ? undefined : (amount / rows.done) * rows.total;
  switch (end.kind) {
    case 'max-cost': {
      const all = forAll(cost);
      return {
        options: ['--max-cost', plainNumber(2 * Math.max(maxCost, cost))],
        comment: `${formatCost(cost, costUnit)} is spent${all === undefined ? '' : `, about ${formatCost(roughly(all), costUnit)} for all`}`,
      };
    }
    case 'max-calls': {
      const all = forAll(calls);
      return {
        options: ['--max-calls', String(2 * Math.max(maxCalls, calls))],
        comment: `${counted(calls, 'call')} made${all === undefined ? '' : `, about ${formatCount(roughly(all))} for all`}`,
      };
    }
    case 'no-price':
      return {
        options: ['--max-cost', 'none', '--max-calls', String(Math.max(1_000, 2 * maxCalls))],
        comment: 'or with a --price for each call',
      };
  }
}

/** Without the noise of binary fractions, and without an exponent. */
function plainNumber(amount: number): string {
  return Number(amount.toPrecision(12)).toLocaleString('en-US', {
    useGrouping: false,
    maximumFractionDigits: 12,
  });
}

/** Two digits that count. */
function roughly(amount: number): number {
  return Number(amount.toPrecision(2));
}
