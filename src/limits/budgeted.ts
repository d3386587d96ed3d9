import type { Fabric, FabricCall, Reply, Spending } from '../fabric/fabric.js';
import { layerOver } from '../fabric/layer.js';
import type { Budget, PriceOfCall, Spent } from './budget.js';

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
  return layerOver(next, async (call) => {
    const reserved = await budget.reserve(kind.name);
    return measured(next, call, kind, (spent, price) => budget.settle(kind.name, reserved, spent, price));
  });
}

/** Makes a call, and tells what it took, whatever became of it. */
export async function measured(
  next: Fabric,
  call: FabricCall,
  { isFree }: KindOfCall,
  took: (spent: Spent, price: PriceOfCall) => void,
): Promise<Reply> {
  const { calls, spent } = call;
  let isAnswered = false;
  try {
    const reply = await next.run(call);
    isAnswered = true;
    return reply;
  } finally {
    const cost = (call.spent?.cost ?? 0) - (spent?.cost ?? 0);
    const price = isFree ? 'known' : priceOf(spent, call.spent, isAnswered);
    took({ cost, calls: call.calls - calls }, price);
  }
}

/**
 * A refused call costs nothing, unless its service reports a usage. The cost of a call that was given up does not
 * predict the next one's.
 */
function priceOf(
  before: Spending | undefined,
  after: Spending | undefined,
  isAnswered: boolean,
): PriceOfCall {
  const isGivenUp = (after?.possiblyBilled ?? 0) > (before?.possiblyBilled ?? 0);
  if (after === before || isGivenUp) return isAnswered ? 'unknown' : 'nothing-charged';
  return after?.unpriced === (before?.unpriced ?? 0) ? 'known' : 'unknown';
}
