import { batchShareOf, shareOfInterval } from '../../run/trial/compare-cost.js';
import type { Interval } from '../../run/trial/extrapolate.js';
import type { RunForecast, SampleFigures } from '../../run/trial/forecast.js';
import type { TrialPlan } from '../../run/trial/plan-trial.js';
import { counted, formatCost, formatCount, formatDuration, nounFor } from '../../wording/wording.js';
import { costsNothing, LABEL_WIDTH, LIMITS } from './estimate.js';
import { type LabelledValue, labelledLines } from './labelled-lines.js';

/** What the rows of a sample took, and the forecast of the run from it. */
export function forecastText(
  plan: TrialPlan,
  unit: string | null,
  sample: SampleFigures,
  forecast: RunForecast,
): string {
  // A run on this machine has no price to show.
  const amount = unit === null || costsNothing(plan) ? undefined : (value: number) => formatCost(value, unit);
  const facts: LabelledValue[] = [
    ['sample', sampleFact(sample, amount)],
    ...failuresFact(sample),
    ...sample.tiers
      .slice(1)
      .map(({ fabric, share }): LabelledValue => ['moved up', movedFact(fabric, share)]),
    ...stepFacts(sample, amount),
    ['the run', runFact(forecast)],
    ...tokensFacts(forecast),
    ...(costsNothing(plan) ? [] : costFacts(plan, forecast, amount)),
    ...timeFacts(forecast),
  ];
  return `by a sample (in brackets: the range that holds in 95 of 100 cases)\n${labelledLines(facts, LABEL_WIDTH)}`;
}

/** Writes an amount of money; undefined where no price is known, or where the run costs nothing. */
type Amount = ((value: number) => string) | undefined;

function sampleFact(sample: SampleFigures, amount: Amount): string {
  const { rows, calls, tokens, cost, latency, fromCache, answered, unpricedCalls } = sample;
  const { p50, p95 } = latency;
  return [
    `${counted(rows, 'row')}, ${counted(calls, 'call')}`,
    ...(fromCache === 0 ? [] : [`${formatCount(fromCache)} were in the cache`]),
    ...(tokens.in === 0 ? [] : [`${counted(tokens.in, 'token')} in, ${formatCount(tokens.out)} out`]),
    ...(cost === null || amount === undefined ? [] : [`${amount(cost)} paid`]),
    ...(unpricedCalls === 0 ? [] : [`${counted(unpricedCalls, 'call')} whose price is not known`]),
    ...(answered > fromCache
      ? [`a call took ${formatDuration(p50)} (median), ${formatDuration(p95)} (p95)`]
      : []),
  ].join('; ');
}

function failuresFact({ failed, failures }: SampleFigures): LabelledValue[] {
  if (failed === 0) return [];
  const kinds = Object.entries(failures).map(
    ([kind, { count, rows }]) =>
      `${kind}: ${formatCount(count)} (${nounFor(count, 'row')} ${rows.join(', ')})`,
  );
  return [['failed', kinds.join(', ')]];
}

function movedFact(fabric: string, share: Interval): string {
  return `${between(share, (value) => `${Math.round(100 * value)} %`)} of the rows, to ${fabric}`;
}

/** Of how many rows each step was asked, which is what its condition comes to. */
function stepFacts({ steps }: SampleFigures, amount: Amount): LabelledValue[] {
  return steps.map(({ step, share, answered, asked, cost }, index) => {
    const rows =
      share === null ? '' : ` of ${between(share, (value) => `${Math.round(100 * value)} %`)} of the rows`;
    const failed = asked === answered ? '' : `, ${formatCount(asked - answered)} failed`;
    const paid = cost === null || amount === undefined ? '' : `, ${amount(cost)} paid`;
    return [index === 0 ? 'steps' : '', `${step}: asked${rows}${failed}${paid}`];
  });
}

function runFact({ asked, calls }: RunForecast): string {
  return `${counted(asked, 'row')} to call, ${between(calls, formatCount)} calls`;
}

function tokensFacts({ tokensIn, tokensOut, asked }: RunForecast): LabelledValue[] {
  if (tokensIn === null || tokensOut === null || asked === 0) return [];
  const each = between(perRow(tokensOut, asked), formatCount);
  return [
    ['tokens in', between(tokensIn, formatCount)],
    ['tokens out', `${between(tokensOut, formatCount)}; ${each} a row`],
  ];
}

function costFacts(
  { batchRate }: TrialPlan,
  { cost, asked, savedCost }: RunForecast,
  amount: Amount,
): LabelledValue[] {
  if (cost === null || amount === undefined) return [['cost', 'unknown: state the price with --price']];
  const whole = between(cost, amount);
  return [
    ...(asked === 0 ? [] : [['a row', between(perRow(cost, asked), amount)] satisfies LabelledValue]),
    ...(batchRate === undefined
      ? [['cost', whole] satisfies LabelledValue]
      : [
          ['cost', `live: ${whole}`] satisfies LabelledValue,
          [
            '',
            `batch: ${between(shareOfInterval(cost, batchShareOf(batchRate, asked)), amount)}`,
          ] satisfies LabelledValue,
        ]),
    ...(savedCost === null || savedCost === 0
      ? []
      : [['saved', `about ${amount(savedCost)}, by rows that share an answer`] satisfies LabelledValue]),
  ];
}

function timeFacts({ timeMs, timeBy }: RunForecast): LabelledValue[] {
  return timeMs === null || timeMs.expected === 0
    ? []
    : [['time', `${between(timeMs, formatDuration)}, ${LIMITS[timeBy]}`]];
}

function perRow({ expected, low, high }: Interval, rows: number): Interval {
  return { expected: expected / rows, low: low / rows, high: high / rows };
}

/** `$3.10 ($2.90 to $3.30)`; one figure where both ends read the same. */
function between({ expected, low, high }: Interval, words: (value: number) => string): string {
  const [one, from, to] = [words(expected), words(low), words(high)];
  return from === to ? one : `${one} (${from} to ${to})`;
}
