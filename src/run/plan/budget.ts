import { isKnownBeforehand } from '../../fabric/price/pricer.js';
import type { Deadline } from '../settings/cost-settings.js';
import { SetUpError } from '../settings/set-up-error.js';
import { type CallPlan, fabricsOf } from './call-plan.js';
import type { QueuePlan } from './queue.js';
import { unitOf } from './row-calls.js';

/** What may be spent on a run, and until when; what is undefined has no end. */
export interface AllowancePlan {
  /** In the unit of the run's prices. */
  readonly maxCost: number | undefined;
  readonly maxCalls: number | undefined;
  readonly deadline: Deadline | undefined;
}

/** @throws SetUpError where the budget cannot be enforced: on a queue, or in money at an unknown price. */
export function decideAllowance(
  asked: { readonly maxCost?: number; readonly maxCalls?: number; readonly deadline?: Deadline },
  calls: CallPlan,
  queue: QueuePlan | undefined,
): AllowancePlan {
  const { maxCost, maxCalls, deadline } = asked;
  if (queue !== undefined && (maxCost !== undefined || maxCalls !== undefined)) {
    const option = maxCost === undefined ? '--max-calls' : '--max-cost';
    throw new SetUpError(
      `${option} is for one machine: workers of a queue do not count together; leave it out, or --queue none`,
    );
  }
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
