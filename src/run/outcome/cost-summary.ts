import { isKnownBeforehand } from '../../fabric/price/pricer.js';
import type { SpendingTally } from '../../monitor/spending-tally.js';
import { type CallPlan, fabricsOf, partsOf } from '../plan/call-plan.js';
import { isCostGuessed, unitOf } from '../plan/row-calls.js';
import {
  money,
  type PartsSummary,
  summarizeParts,
  type TokenSummary,
  tokensOf,
} from '../saved/parts-summary.js';

/** What a run took and cost, as a part of its summary. */
export interface CostSummary extends PartsSummary {
  readonly tokens: TokenSummary;
  /** In `costUnit`; null where no price is known. */
  readonly cost: number | null;
  /** `USD` or another currency, or `credits`; null where no price is known. */
  readonly costUnit: string | null;
  /** True where the price is a guess: the list price of a model of that name, at an address that is none of its service's. */
  readonly costIsGuess: boolean;
  /** Calls whose price is not known: they are not in `cost`. */
  readonly unpricedCalls: number;
  /** Calls that were given up after they were sent: what they may be billed is not in `cost`. */
  readonly possiblyBilled: number;
  readonly saved: SavedSummary;
  /** Rows that another model than the one asked for has answered, by its name. */
  readonly otherModels: Readonly<Record<string, number>>;
  /** Of a run over a batch API alone. */
  readonly batchApi?: BatchCostSummary;
  /** With tiers: what the last one alone would have cost, by what it took for the rows that it was asked. */
  readonly lastTierAlone: number | null;
}

/** What the ways of a run over a batch API cost, in `costUnit`; null where no price is known. */
export interface BatchCostSummary {
  readonly batch: number | null;
  readonly live: number | null;
  /** What live calls alone would have cost. */
  readonly liveOnly: number | null;
}

/** Rows that needed no call of their own. */
export interface SavedSummary {
  /** They asked what another row of the run asks. */
  readonly inRun: number;
  /** Their answers were in the cache. */
  readonly fromCache: number;
  /** What they would have cost, by what the others did; null where that is not known. */
  readonly cost: number | null;
}

/** How the calls were made that are summed up. */
export interface SummarizedCalls extends CallPlan {
  /** The rows went through a batch API. */
  readonly batchApi?: { readonly priceShare: number } | undefined;
}

/** @param rows that have a result */
export function summarizeCost(spending: SpendingTally, rows: number, calls: SummarizedCalls): CostSummary {
  const unit = isCostKnown(spending, calls) ? unitOf(calls) : undefined;
  const { cost, unpriced, reusedInRun, reusedFromCache } = spending;
  const reused = reusedInRun + reusedFromCache;
  const asked = rows - spending.withoutCall;
  const priced = (amount: number) => (unit === undefined ? null : money(amount));
  return {
    tokens: tokensOf(spending),
    cost: priced(cost),
    costUnit: unit ?? null,
    costIsGuess: unit !== undefined && isCostGuessed(calls),
    unpricedCalls: unpriced,
    possiblyBilled: spending.possiblyBilled,
    saved: {
      inRun: reusedInRun,
      fromCache: reusedFromCache,
      cost: asked === 0 ? null : priced((cost / asked) * reused),
    },
    ...(calls.batchApi && { batchApi: batchCost(spending, calls.batchApi.priceShare, priced) }),
    otherModels: Object.fromEntries(spending.models),
    lastTierAlone: priceOfLastAlone(spending, asked, calls),
    ...summarizeParts(spending, partsOf(calls)),
  };
}

function batchCost(
  { cost, viaBatch }: SpendingTally,
  priceShare: number,
  priced: (amount: number) => number | null,
): BatchCostSummary {
  const live = Math.max(0, cost - viaBatch);
  return { batch: priced(viaBatch), live: priced(live), liveOnly: priced(live + viaBatch / priceShare) };
}

/** Where the price hangs on what answers say, a sum of nothing is no cost. */
function isCostKnown({ cost, unpriced, input, output }: SpendingTally, calls: CallPlan): boolean {
  const isPriceKnown = fabricsOf(calls).some(({ pricer }) => isKnownBeforehand(pricer));
  return isPriceKnown || cost > 0 || (unpriced === 0 && input + output > 0);
}

function priceOfLastAlone({ tiers }: SpendingTally, rows: number, calls: CallPlan): number | null {
  const last = calls.tiers?.upper.at(-1);
  const tally = calls.tiers && tiers.get(calls.tiers.upper.length);
  if (last?.pricer === undefined || tally === undefined || tally.asked === 0) return null;
  return money((tally.cost / tally.asked) * rows);
}
