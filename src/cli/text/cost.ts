import type { CostSummary } from '../../run/outcome/cost-summary.js';
import { counted, formatCost, formatCount } from '../../wording/wording.js';

/**
 * Tokens, cost and savings of a run, a line each; no line where a figure is unknown.
 *
 * @param statedIn where a price can be stated.
 */
export function describeCost(summary: CostSummary, statedIn = '--price'): string[] {
  return [
    ...costLine(summary, statedIn),
    ...batchLine(summary),
    ...givenUpLine(summary),
    ...modelLine(summary),
    ...savedLine(summary),
    ...tierLines(summary),
    ...stepLines(summary),
  ];
}

function costLine(
  { tokens, cost, costUnit, costIsGuess, unpricedCalls }: CostSummary,
  statedIn: string,
): string[] {
  const taken = tokens.in + tokens.out > 0;
  if (!taken && !cost) return [];
  const cached = tokens.cached === 0 ? '' : ` (${formatCount(tokens.cached)} of them cached)`;
  const used = taken ? `${counted(tokens.in, 'token')} in${cached}, ${formatCount(tokens.out)} out` : '';
  const price =
    cost === null || costUnit === null
      ? `the price is not known (see ${statedIn})`
      : `${formatCost(cost, costUnit)}${costIsGuess ? ` at a guessed price (see ${statedIn})` : ''}${unpricedCalls === 0 ? '' : `, without ${counted(unpricedCalls, 'call')} whose price is not known`}`;
  return [`cost: ${[price, used].filter((part) => part !== '').join('; ')}`];
}

function batchLine({ batchApi, costUnit }: CostSummary): string[] {
  const { batch = null, live = null, liveOnly = null } = batchApi ?? {};
  if (batch === null || live === null || liveOnly === null || costUnit === null) return [];
  // Nothing came back yet.
  if (batch + live === 0) return [];
  const parts = [`${formatCost(batch, costUnit)} in batches`];
  if (live > 0) parts.push(`${formatCost(live, costUnit)} live`);
  return [
    `of it: ${parts.join(', ')}; live calls alone would have cost about ${formatCost(liveOnly, costUnit)}`,
  ];
}

function givenUpLine({ possiblyBilled }: CostSummary): string[] {
  if (possiblyBilled === 0) return [];
  return [
    possiblyBilled === 1
      ? '1 call was given up and may be billed; it is not in the cost'
      : `${counted(possiblyBilled, 'call')} were given up and may be billed; they are not in the cost`,
  ];
}

function modelLine({ otherModels }: CostSummary): string[] {
  const parts = Object.entries(otherModels).map(([model, rows]) => `${model} ${counted(rows, 'row')}`);
  return parts.length === 0 ? [] : [`answered by another model than the one asked for: ${parts.join(', ')}`];
}

function savedLine({ saved, costUnit }: CostSummary): string[] {
  const parts = [
    ...(saved.inRun === 0 ? [] : [`${counted(saved.inRun, 'row')} share another row's answer`]),
    ...(saved.fromCache === 0 ? [] : [`${counted(saved.fromCache, 'row')} had theirs in the cache`]),
  ];
  if (parts.length === 0) return [];
  const amount = saved.cost && costUnit !== null ? `, about ${formatCost(saved.cost, costUnit)}` : '';
  return [`saved: ${parts.join(', ')}${amount}`];
}

function tierLines({ tiers, lastTierAlone, costUnit }: CostSummary): string[] {
  const unit = costUnit ?? '';
  const lines = tiers.map(({ fabric, role, asked, kept, cost }) => {
    const price = cost === null ? '' : `, ${formatCost(cost, unit)}`;
    return role === 'judge'
      ? `judge ${fabric}: ${counted(asked, 'answer')}${price}`
      : `tier ${fabric}: ${counted(asked, 'row')}, of which ${formatCount(kept)} kept its answer${price}`;
  });
  if (lastTierAlone === null) return lines;
  return [...lines, `the last tier alone would have cost about ${formatCost(lastTierAlone, unit)}`];
}

function stepLines({ steps, costUnit }: CostSummary): string[] {
  return steps.map(({ step, asked, answered, cost }) => {
    const price = cost === null ? '' : `, ${formatCost(cost, costUnit ?? '')}`;
    const rest = asked === answered ? '' : `, of which ${formatCount(answered)} were answered`;
    return `step ${step}: asked for ${counted(asked, 'row')}${rest}${price}`;
  });
}
