import type { StartFacts } from '../../monitor/run-watch.js';
import type { JsonObject } from '../../rows/row.js';
import type { RunContext } from '../control/context.js';
import type { CallPlan } from '../plan/call-plan.js';
import { isCostGuessed, unitOf } from '../plan/row-calls.js';

/** What whoever watches a run is told of it. No key is in it, and nothing of a row. */
export function startFacts(
  names: { readonly input: string; readonly output: string },
  calls: CallPlan,
  { self }: Pick<RunContext, 'self'>,
  more: JsonObject,
): StartFacts {
  const { fabric, rate, tokensPerMinute, concurrency, attempts, timeoutMs, tiers, steps } = calls;
  const unit = unitOf(calls);
  return {
    run: { fabric: fabric.id, ...names, ...self },
    ...(unit === undefined ? {} : { costUnit: unit }),
    ...(isCostGuessed(calls) && { costIsGuess: true }),
    plan: {
      ...more,
      rate: typeof rate === 'string' ? rate : { ...rate },
      ...(tokensPerMinute === undefined ? {} : { tokensPerMinute }),
      concurrency,
      attempts,
      timeoutMs,
      ...(tiers === undefined ? {} : { tiers: tiers.upper.map((tier) => tier.fabric.id) }),
      ...(steps === undefined ? {} : { steps: steps.map(({ name }) => name) }),
    },
  };
}
