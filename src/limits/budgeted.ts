import type { Fabric, FabricCall, Reply, Spending, TokenEstimate } from '../fabric/fabric.js';
import type { Budget } from './budget.js';

/** Calls that cost about the same, such as those of one tier. */
export interface KindOfCall {
  readonly name: string;
  /** True if they cost nothing: the fabric runs on this machine. */
  readonly isFree: boolean;
}

/**
 * The layer that holds back calls for which the budget has no room. It stands inside the retries, since every retry is
 * a call, and outside the limiter, so that a call with a turn goes out at once. A call that waits for its turn has its
 * share of the budget reserved already.
 *
 * @example
 * const fabric = budgeted(limited(client, limiter), budget, { name: 'answer', isFree: false });
 */
export function budgeted(next: Fabric, budget: Budget, kind: KindOfCall): Fabric {
  const estimate = next.estimate?.bind(next);
  return {
    async run(call: FabricCall): Promise<Reply> {
      const reserved = await budget.reserve(kind.name);
      const { calls, spent } = call;
      let isAnswered = false;
      try {
        const reply = await next.run(call);
        isAnswered = true;
        return reply;
      } finally {
        const cost = (call.spent?.cost ?? 0) - (spent?.cost ?? 0);
        const price = kind.isFree ? 'known' : priceOf(spent, call.spent, isAnswered);
        budget.settle(kind.name, reserved, { cost, calls: call.calls - calls }, price);
      }
    },
    ...(estimate === undefined ? {} : { estimate: (call: FabricCall): TokenEstimate => estimate(call) }),
    get inFlight() {
      return next.inFlight;
    },
    close: () => next.close(),
  };
}

/**
 * A refused call costs nothing, unless its service reports a usage. The cost of a call that was given up does not
 * predict the next one's.
 */
export function priceOf(before: Spending | undefined, after: Spending | undefined, isAnswered: boolean) {
  const isGivenUp = (after?.possiblyBilled ?? 0) > (before?.possiblyBilled ?? 0);
  if (after === before || isGivenUp) return isAnswered ? 'unknown' : 'nothing-charged';
  return after?.unpriced === (before?.unpriced ?? 0) ? 'known' : 'unknown';
}
