import { isKnownBeforehand } from '../../fabric/price/pricer.js';
import type { SavedSettings } from '../saved/saved-settings.js';
import type { Deadline } from '../settings/cost-settings.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import { budgetGiven } from '../settings/settings-of-options.js';
import { withoutUndefined } from '../settings/without-undefined.js';
import { type CallPlan, fabricsOf } from './call-plan.js';
import { unitOf } from './row-calls.js';

/** What may be spent on a run, and until when; what is undefined has no end. */
export interface AllowancePlan {
  /** In the unit of the run's prices. */
  readonly maxCost: number | undefined;
  readonly maxCalls: number | undefined;
  readonly deadline: Deadline | undefined;
}

/** What may be spent; what is undefined has no end. */
export interface Budget {
  readonly maxCost?: number;
  readonly maxCalls?: number;
}

/**
 * The budget that was asked for, or else the one that the run had before: a resume never spends more because it was
 * typed shorter.
 */
export function decideBudget(asked: Pick<RunSettings, 'maxCost' | 'maxCalls'>, before: Budget = {}): Budget {
  const decide = (now: number | 'none' | undefined, then: number | undefined) =>
    now === 'none' ? undefined : (now ?? then);
  return withoutUndefined({
    maxCost: decide(asked.maxCost, before.maxCost),
    maxCalls: decide(asked.maxCalls, before.maxCalls),
  });
}

/** @throws OptionError where the checkpoint holds what is no budget. */
export function budgetBefore({ options }: Pick<SavedSettings, 'options'>): Budget {
  return decideBudget(budgetGiven(options));
}

/** @throws SetUpError where the budget cannot be enforced: in money at an unknown price. */
export function decideAllowance(
  { maxCost, maxCalls }: Budget,
  deadline: Deadline | undefined,
  calls: CallPlan,
): AllowancePlan {
  if (maxCost !== undefined) checkPriced(calls);
  return { maxCost, maxCalls, deadline };
}

function checkPriced(calls: CallPlan): void {
  const unpriced = fabricsOf(calls).find(({ pricer }) => !isKnownBeforehand(pricer));
  if (unpriced === undefined && unitOf(calls) !== undefined) return;
  throw new SetUpError(
    `--max-cost: the price of ${unpriced?.fabric.id ?? 'the calls'} is not known; state it with --price, or with price: in its fabric file, or give --max-calls`,
  );
}
