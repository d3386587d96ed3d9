import type { StepRecord } from '../../fabric/fabric.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import { type CallPlan, type FabricCalls, fabricsByTier } from '../plan/call-plan.js';
import { type Interval, meanOf, type Point } from './extrapolate.js';
import type { Outcome } from './sample-outcome.js';

/** What one fabric of a run will have to do. */
export interface StackLoad {
  readonly calls: FabricCalls;
  readonly count: Interval;
  readonly tokens: Interval;
  /** Of a call. */
  readonly latencyMs: Interval;
}

/**
 * What each fabric will have to do, by a sample.
 *
 * @param sum of a figure over all rows of the run, by its points
 */
export function loadsOf(
  calls: CallPlan,
  outcomes: readonly Outcome[],
  sum: (points: readonly Point[]) => Interval | null,
): StackLoad[] {
  return sharedLoads(calls, loadsByFabric(calls, outcomes, sum));
}

function loadsByFabric(
  calls: CallPlan,
  outcomes: readonly Outcome[],
  sum: (points: readonly Point[]) => Interval | null,
): (StackLoad & { readonly by: StepRecord['by'] })[] {
  return fabricsByTier(calls).flatMap(([by, stack]) => {
    const steps = outcomes.map(({ promptTokens: x, result }) => ({ x, step: stepOf(result, by) }));
    const count = sum(steps.map(({ x, step }) => ({ x, y: step.calls })));
    const tokens = sum(steps.map(({ x, step }) => ({ x, y: tokensOf(step) })));
    const latencyMs = latencyOf(by, outcomes);
    return count === null || tokens === null || latencyMs === undefined
      ? []
      : [{ by, calls: stack, count, tokens, latencyMs }];
  });
}

/** Steps that share their limits have to get through them together. */
function sharedLoads(
  { steps }: CallPlan,
  loads: readonly (StackLoad & { readonly by: StepRecord['by'] })[],
): StackLoad[] {
  if (steps === undefined) return [...loads];
  const shared = new Map<number, StackLoad>();
  for (const load of loads) {
    const index = Number(load.by);
    const lane = steps[index]?.sharesWith ?? index;
    const before = shared.get(lane);
    shared.set(lane, before === undefined ? load : together(before, load));
  }
  return [...shared.values()];
}

function together(one: StackLoad, other: StackLoad): StackLoad {
  const add = (a: Interval, b: Interval): Interval => ({
    expected: a.expected + b.expected,
    low: a.low + b.low,
    high: a.high + b.high,
  });
  const [a, b] = [one.count.expected, other.count.expected];
  const mean = (which: keyof Interval) =>
    a + b === 0 ? one.latencyMs[which] : (a * one.latencyMs[which] + b * other.latencyMs[which]) / (a + b);
  return {
    calls: one.calls,
    count: add(one.count, other.count),
    tokens: add(one.tokens, other.tokens),
    latencyMs: { expected: mean('expected'), low: mean('low'), high: mean('high') },
  };
}

/** What a fabric did for a row; where there are no tiers, the first one did all of it. */
function stepOf({ tiers, calls, spent }: FinishedResult, by: StepRecord['by']): Omit<StepRecord, 'by'> {
  if (tiers === undefined) return by === 0 ? { calls, ...(spent && { spent }) } : { calls: 0 };
  const steps = tiers.steps.filter((step) => step.by === by);
  return {
    calls: steps.reduce((sum, step) => sum + step.calls, 0),
    spent: {
      input: steps.reduce((sum, step) => sum + (step.spent?.input ?? 0), 0),
      output: steps.reduce((sum, step) => sum + (step.spent?.output ?? 0), 0),
      ...{ cached: 0, cost: 0, unpriced: 0 },
    },
  };
}

function tokensOf({ spent }: Omit<StepRecord, 'by'>): number {
  return spent === undefined ? 0 : spent.input + spent.output;
}

/** Of the calls that answered; where a fabric was not asked, of all. */
function latencyOf(by: StepRecord['by'], outcomes: readonly Outcome[]): Interval | undefined {
  const answered = outcomes.flatMap(({ result }) => (result.reused === undefined ? latenciesOf(result) : []));
  const own = answered.filter((one) => one.by === by);
  return meanOf((own.length === 0 ? answered : own).map(({ ms }) => ms));
}

function latenciesOf(result: FinishedResult): { readonly by: StepRecord['by']; readonly ms: number }[] {
  if (result.tiers !== undefined)
    return result.tiers.steps.flatMap(({ by, answeredInMs: ms }) => (ms === undefined ? [] : [{ by, ms }]));
  return result.status === 'answered' ? [{ by: 0, ms: result.latencyMs }] : [];
}
