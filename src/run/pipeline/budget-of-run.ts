import type { BudgetLimits, Spent } from '../../limits/budget.js';
import type { LiveCounts } from '../../monitor/live-counts.js';
import { nameOfStack } from '../calls/stack.js';
import type { AllowancePlan } from '../plan/budget.js';
import type { OpenedRun } from './opened-run.js';

/** What may be spent on a run, and what has been. */
export interface RunBudget {
  readonly limits: BudgetLimits;
  /** Before this start too, and also by rows that were not committed then. */
  readonly spent: () => Spent;
  /** The dearest call so far, by the name of a fabric's layers: what calls cost before, they may cost again. */
  readonly dearest: ReadonlyMap<string, number>;
}

/** The budget as a run begins, or goes on; undefined where it has none. */
export function budgetOfRun(
  { maxCost, maxCalls }: AllowancePlan,
  { notCommitted }: Pick<OpenedRun['store'], 'notCommitted'>,
  { tally }: LiveCounts,
): RunBudget | undefined {
  if (maxCost === undefined && maxCalls === undefined) return undefined;
  const { spending } = tally;
  const dearest = new Map<string, number>();
  const before = Math.max(spending.dearest, notCommitted.dearest);
  if (before > 0 && spending.tiers.size === 0) dearest.set(nameOfStack(0), before);
  for (const [by, tier] of spending.tiers) if (tier.dearest > 0) dearest.set(nameOfStack(by), tier.dearest);
  const atStart = { cost: spending.cost + notCommitted.cost, calls: tally.calls + notCommitted.calls };
  return {
    limits: {
      ...(maxCost === undefined ? {} : { maxCost }),
      ...(maxCalls === undefined ? {} : { maxCalls }),
    },
    spent: () => ({
      cost: Math.max(atStart.cost, spending.cost),
      calls: Math.max(atStart.calls, tally.calls),
    }),
    dearest,
  };
}
