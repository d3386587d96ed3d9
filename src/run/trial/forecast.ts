import type { Spending } from '../../fabric/fabric.js';
import { isKnownBeforehand } from '../../fabric/price/pricer.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import { statedSpending } from '../../fabric/spending.js';
import type { LatencySummary } from '../../monitor/latency-histogram.js';
import { type FailureTally, RunTally } from '../../monitor/run-tally.js';
import { type CostSummary, summarizeCost } from '../outcome/cost-summary.js';
import { answerersOf, type CallPlan, type FabricCalls, fabricsOf } from '../plan/call-plan.js';
import type { StepSummary } from '../saved/parts-summary.js';
import { type CountedRun, repeatedRows } from './estimate.js';
import { type Interval, type Point, shareOf, sumOver } from './extrapolate.js';
import type { TrialPlan } from './plan-trial.js';
import { loadsOf, type StackLoad } from './sample.js';
import { type Outcome, pointOf } from './sample-outcome.js';
import { timeNeeded } from './time-needed.js';

/** What the rows of a sample took; their calls were paid for. */
export interface SampleFigures extends Pick<CostSummary, 'tokens' | 'cost' | 'unpricedCalls'> {
  readonly rows: number;
  readonly answered: number;
  readonly failed: number;
  readonly fromCache: number;
  readonly calls: number;
  readonly retries: number;
  /** In ms, of calls that gave an answer. */
  readonly latency: LatencySummary;
  readonly failures: Readonly<Record<string, FailureTally>>;
  /** The share of rows that each tier was called for; empty for a run with one tier. */
  readonly tiers: readonly { readonly fabric: string; readonly share: Interval }[];
  /** What each step took, and the share of rows that it was called for; empty where rows have one question. */
  readonly steps: readonly (StepSummary & { readonly share: Interval | null })[];
}

/** The figures of the run, estimated from the sample. */
export interface RunForecast {
  /** Rows to call; with a cache, without the rows that the sample has answered. */
  readonly asked: number;
  readonly calls: Interval;
  readonly tokensIn: Interval | null;
  readonly tokensOut: Interval | null;
  /** In `costUnit`; null where the price is unknown. */
  readonly cost: Interval | null;
  readonly timeMs: Interval | null;
  /** The limit that decides `timeMs`. */
  readonly timeBy: ReturnType<typeof timeNeeded>['by'];
  /** Cost of calls for the rows that share an answer; null where the price is unknown. */
  readonly savedCost: number | null;
}

export function sampleFigures(plan: TrialPlan, outcomes: readonly Outcome[]): SampleFigures {
  const tally = new RunTally();
  for (const { result } of outcomes) tally.add(result);
  const { succeeded: answered, failed, calls, retries, latency, spending, failures } = tally;
  const { tokens, cost, unpricedCalls, tiers, steps } = summarizeCost(spending, outcomes.length, plan.calls);
  return {
    ...{ rows: outcomes.length, answered, failed, fromCache: spending.reusedFromCache },
    ...{ calls, retries, tokens, cost, unpricedCalls, latency: latency.summary(), failures },
    tiers: tiers
      .filter(({ role }) => role === 'tier')
      .flatMap(({ fabric, asked }) => {
        const share = shareOf(asked, outcomes.length);
        return share === undefined ? [] : [{ fabric, share }];
      }),
    steps: steps.map((step) => ({ ...step, share: shareOf(step.asked, outcomes.length) ?? null })),
  };
}

/** The run by its sample: what is known of all rows, the tokens of their prompts, is taken into account. */
export function forecast(plan: TrialPlan, counted: CountedRun, outcomes: readonly Outcome[]): RunForecast {
  const left = rowsLeft(plan, counted, outcomes);
  const sum = (points: readonly Point[]) => sumOver(points, left.rows, left.meanTokens) ?? null;
  const spent = outcomes.filter(({ result }) => isTokensKnown(result));
  const hasTokens = spent.some(({ result }) => (result.spent?.input ?? 0) > 0);
  const tokens = (what: (spending: Spending) => number) =>
    hasTokens
      ? sum(spent.map((outcome) => pointOf(outcome, outcome.result.spent ? what(outcome.result.spent) : 0)))
      : null;
  const cost = isPriced(plan.calls, outcomes) ? sum(pricedPoints(plan.calls, outcomes)) : null;
  const time = timeOf(loadsOf(plan.calls, outcomes, sum));
  const perRow = cost === null || left.rows === 0 ? null : cost.expected / left.rows;
  return {
    asked: left.rows,
    calls: sum(outcomes.map((outcome) => pointOf(outcome, outcome.result.calls))) ?? NOTHING,
    tokensIn: tokens(({ input }) => input),
    tokensOut: tokens(({ output }) => output),
    cost,
    ...time,
    savedCost: perRow === null ? null : perRow * repeatedRows(plan, counted),
  };
}

const NOTHING: Interval = { expected: 0, low: 0, high: 0 };

/** What the run will have to ask, and the tokens of its prompts on average. */
function rowsLeft(plan: TrialPlan, { asked, unsendable, prompts }: CountedRun, outcomes: readonly Outcome[]) {
  const done = plan.cache === undefined ? [] : outcomes.filter(({ result }) => result.status === 'answered');
  const rows = asked - unsendable - done.length;
  const tokens = (prompts[0]?.tokens ?? 0) - done.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
  return { rows, meanTokens: rows === 0 ? 0 : tokens / rows };
}

/** Some services do not state the tokens of an answered call. */
function isTokensKnown({ status, calls, spent }: FinishedResult): boolean {
  return status === 'failed' || calls === 0 || statedSpending(spent) !== undefined;
}

/** Each fabric has a price that is known beforehand, or that an answer of the sample has stated. */
function isPriced(calls: CallPlan, outcomes: readonly Outcome[]): boolean {
  const isStated = outcomes.some(
    ({ result: { spent, status } }) => status === 'answered' && spent?.unpriced === 0,
  );
  return fabricsOf(calls).every(
    ({ pricer }) => isKnownBeforehand(pricer) || (pricer !== undefined && isStated),
  );
}

/** Cost of each row whose cost is known. */
function pricedPoints(calls: CallPlan, outcomes: readonly Outcome[]): Point[] {
  return outcomes
    .filter(({ result }) => (result.spent?.unpriced ?? 0) === 0)
    .filter(({ result }) => isTokensKnown(result) || answerersOf(calls, result).every(isFree))
    .map((outcome) => pointOf(outcome, outcome.result.spent?.cost ?? 0));
}

function isFree({ pricer }: FabricCalls): boolean {
  return pricer?.source === 'on-device';
}

/** Tiers work beside each other: the one that takes longest decides. */
function timeOf(loads: readonly StackLoad[]): Pick<RunForecast, 'timeMs' | 'timeBy'> {
  const at = (which: keyof Interval) =>
    loads
      .map(({ calls, ...load }) =>
        timeNeeded(calls, {
          calls: load.count[which],
          tokens: load.tokens[which],
          latencyMs: load.latencyMs[which],
        }),
      )
      .reduce((a, b) => (b.ms > a.ms ? b : a), { ms: 0, by: 'nothing' });
  if (loads.length === 0) return { timeMs: null, timeBy: 'nothing' };
  const { ms: expected, by: timeBy } = at('expected');
  return { timeMs: { expected, low: at('low').ms, high: at('high').ms }, timeBy };
}
