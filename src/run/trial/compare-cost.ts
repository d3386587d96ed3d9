import type { BatchRate } from '../plan/batch-api.js';
import type { CountedRun } from './estimate.js';
import type { Interval } from './extrapolate.js';
import type { RunForecast } from './forecast.js';
import type { TrialPlan } from './plan-trial.js';

/** What a run costs by live calls, and by its service's batch API. */
export interface ComparedCost {
  readonly live: EstimatedCost;
  /** With its `service` and its `priceShare`, 0.5 for half; null where the rows cannot go through a batch API. */
  readonly batch: (EstimatedCost & BatchRate) | null;
}

/** In the estimate's `costUnit`; null where it is unknown. */
export interface EstimatedCost {
  /** Of the prompts alone, those of the first fabric. */
  readonly prompts: number | null;
  /** At most, without retries. */
  readonly most: number | null;
  /** By the sample; null without one. */
  readonly expected: Interval | null;
}

/** The estimate's amounts for both ways. A batch costs a fixed share of what the same calls cost live. */
export function compareCost(
  { batchRate }: Pick<TrialPlan, 'batchRate'>,
  { prompts, mostCost, asked }: Pick<CountedRun, 'prompts' | 'mostCost' | 'asked'>,
  forecast: Pick<RunForecast, 'cost'> | undefined,
): ComparedCost {
  const live: EstimatedCost = {
    prompts: prompts[0]?.cost ?? null,
    most: mostCost,
    expected: forecast?.cost ?? null,
  };
  return {
    live,
    batch:
      batchRate === undefined ? null : { ...batchRate, ...shareOf(live, batchShareOf(batchRate, asked)) },
  };
}

/**
 * What `asked` rows cost by batch, as a share of what they cost live: some services have a row called live first.
 *
 * @example batchShareOf({ service: 'anthropic', priceShare: 0.5, liveRows: 1 }, 10) // 0.55
 */
export function batchShareOf({ priceShare, liveRows }: BatchRate, asked: number): number {
  if (asked === 0) return priceShare;
  const live = Math.min(liveRows, asked);
  return (live + (asked - live) * priceShare) / asked;
}

function shareOf({ prompts, most, expected }: EstimatedCost, share: number): EstimatedCost {
  return {
    prompts: prompts === null ? null : prompts * share,
    most: most === null ? null : most * share,
    expected: expected && shareOfInterval(expected, share),
  };
}

/** An interval, scaled: `shareOfInterval(cost, 0.5)` is half of it. */
export function shareOfInterval({ expected, low, high }: Interval, share: number): Interval {
  return { expected: expected * share, low: low * share, high: high * share };
}
