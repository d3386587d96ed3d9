import type { Fabric, FabricCall, Reply, Spending, TokenEstimate } from '../fabric/fabric.js';
import type { Budget } from './budget.js';

/** Calls that are taken to cost about the same. */
export interface KindOfCall {
  readonly name: string;
  /** They cost nothing: the fabric runs on this machine. */
  readonly isFree: boolean;
}

/**
 * The layer that lets no call out which the budget has no room for. It stands within the retries: every attempt is a
 * call; and around the limiter: a call that has its turn goes out at once. One that waits for its turn has its share of
 * the budget already.
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
 * Nobody pays for what was refused, unless its service says what it took; and what a call cost that was given up is no
 * measure for the next.
 */
function priceOf(before: Spending | undefined, after: Spending | undefined, isAnswered: boolean) {
  const isGivenUp = (after?.possiblyBilled ?? 0) > (before?.possiblyBilled ?? 0);
  if (after === before || isGivenUp) return isAnswered ? 'unknown' : 'nothing-charged';
  return after?.unpriced === (before?.unpriced ?? 0) ? 'known' : 'unknown';
}
