import type { RunStore } from '../../checkpoint/store.js';
import type { BudgetLimits, Spent } from '../../limits/budget.js';
import { RunTally } from '../../monitor/run-tally.js';
import { nameOfStack } from '../calls/stack.js';
import type { AllowancePlan } from '../plan/budget.js';
import type { RunPart } from '../saved/run-parts.js';
import { addSteps } from '../saved/unfinished-steps.js';

/** What may be spent on a run, and what has been. */
export interface RunBudget {
  readonly limits: BudgetLimits;
  /** Before this start too, and also by rows that were not committed then. */
  readonly spent: () => Spent;
  /** The dearest call so far, by the name of a fabric's layers: what calls cost before, they may cost again. */
  readonly dearest: ReadonlyMap<string, number>;
}

/**
 * The budget as a run begins, or goes on; undefined where it has none.
 *
 * @param parts that have costs of their own; none where a row has one question.
 * @param tally of what is committed, and from then on of all results.
 */
export function budgetOfRun(
  { maxCost, maxCalls }: AllowancePlan,
  parts: readonly RunPart[],
  store: Pick<RunStore, 'earlierResults' | 'earlierSteps'>,
  tally: RunTally,
): RunBudget | undefined {
  if (maxCost === undefined && maxCalls === undefined) return undefined;
  const atStart = new RunTally(tally.snapshot());
  for (const result of store.earlierResults()) atStart.add(result);
  addSteps(atStart, store.earlierSteps(), parts);
  const { spending } = atStart;
  const dearest =
    parts.length === 0
      ? [[nameOfStack(0), spending.dearest] as const]
      : [...spending.tiers].map(([by, tier]) => [nameOfStack(by), tier.dearest] as const);
  return {
    limits: {
      ...(maxCost === undefined ? {} : { maxCost }),
      ...(maxCalls === undefined ? {} : { maxCalls }),
    },
    spent: () => ({
      cost: Math.max(spending.cost, tally.spending.cost),
      calls: Math.max(atStart.calls, tally.calls),
    }),
    dearest: new Map(dearest.filter(([, cost]) => cost > 0)),
  };
}
