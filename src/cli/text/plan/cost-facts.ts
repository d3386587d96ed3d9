import type { AllowancePlan } from '../../../run/plan/budget.js';
import {
  type CallPlan,
  type ScorePlan,
  type StepPlan,
  startOf,
  tiersOf,
} from '../../../run/plan/call-plan.js';
import type { Plan } from '../../../run/plan/plan.js';
import { isCostGuessed, unitOf } from '../../../run/plan/row-calls.js';
import type { Deadline } from '../../../run/settings/cost-settings.js';
import { counted, formatCost, formatDuration } from '../../../wording/wording.js';
import { batchPrice, livePrice } from '../batch-price.js';
import type { LabelledValue } from '../labelled-lines.js';

/** The plan's decisions about cost: tiers, price, budget, and answers that are reused. */
export function costFacts(plan: Plan): LabelledValue[] {
  return [
    ...tierFacts(plan),
    ...priceFact(plan),
    ...allowanceFact(plan.allowance, unitOf(plan) ?? '', isCostGuessed(plan)),
    ...reuseFact(plan),
  ];
}

function tierFacts(calls: CallPlan): LabelledValue[] {
  const { tiers } = calls;
  if (tiers === undefined) return [];
  const names = tiersOf(calls)
    .map(({ fabric }) => fabric.id)
    .join(', then ');
  return [
    ['tiers', `${names}, where an answer scores under ${tiers.minScore}, by ${describeScore(tiers.score)}`],
  ];
}

function describeScore(score: ScorePlan): string {
  switch (score.kind) {
    case 'field':
      return `its "${score.property}"`;
    case 'fabric':
      return `the judge ${score.judge.fabric.id}`;
    case 'module':
      return score.path;
    case 'schema':
      return 'whether it matches the schema';
  }
}

function priceFact(plan: Plan): LabelledValue[] {
  if (plan.batchApi !== undefined) {
    return [
      ['price', `live: ${livePrice(startOf(plan))}`],
      ['', `batch: ${batchPrice(plan, plan.batchApi)}`],
    ];
  }
  return livePriceFact(plan);
}

/** The price of live calls; nothing where they are made on this machine. */
export function livePriceFact(calls: CallPlan): LabelledValue[] {
  const all = tiersOf(calls);
  if (all.every((one) => one.pricer?.source === 'on-device')) return [];
  return [['price', calls.steps === undefined ? all.map(livePrice).join('; ') : stepPrices(calls.steps)]];
}

/** The price of each step; those with the same one together. */
export function stepPrices(steps: readonly StepPlan[]): string {
  const names = new Map<string, string[]>();
  for (const { name, calls } of steps) {
    const price = livePrice(calls);
    names.set(price, [...(names.get(price) ?? []), name]);
  }
  const [only] = names.keys();
  if (names.size === 1 && only !== undefined) return only;
  return [...names].map(([price, of]) => `${of.join(', ')}: ${price}`).join('; ');
}

function allowanceFact(
  { maxCost, maxCalls, deadline }: AllowancePlan,
  unit: string,
  isGuess: boolean,
): LabelledValue[] {
  const parts = [
    ...(maxCost === undefined
      ? []
      : [`at most ${formatCost(maxCost, unit)}${isGuess ? ' at the guessed price' : ''}`]),
    ...(maxCalls === undefined ? [] : [`at most ${counted(maxCalls, 'call')}`]),
    ...(deadline === undefined ? [] : [describeDeadline(deadline)]),
  ];
  return parts.length === 0 ? [] : [['budget', parts.join(', ')]];
}

function describeDeadline(deadline: Deadline): string {
  if (deadline.kind === 'after') return `for ${formatDuration(deadline.ms)} at most`;
  return `until ${deadline.hours}:${String(deadline.minutes).padStart(2, '0')}`;
}

function reuseFact({ sharesAnswers, cache }: Plan): LabelledValue[] {
  const age = cache?.ttlMs === undefined ? '' : ` that are not older than ${formatDuration(cache.ttlMs)}`;
  return [
    ...(sharesAnswers
      ? []
      : [['repeats', 'every row is called, also those that ask the same'] satisfies LabelledValue]),
    ...(cache === undefined ? [] : [['cache', `answers in ${cache.folder}${age}`] satisfies LabelledValue]),
  ];
}
