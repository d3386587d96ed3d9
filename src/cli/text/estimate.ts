import { judgeOf, startOf, tiersOf } from '../../run/plan/call-plan.js';
import { batchShareOf } from '../../run/trial/compare-cost.js';
import { sharesAnswers } from '../../run/trial/count-questions.js';
import { type CountedRun, repeatedRows } from '../../run/trial/estimate.js';
import type { PromptTotals } from '../../run/trial/measure-prompts.js';
import type { TrialPlan } from '../../run/trial/plan-trial.js';
import type { TimeNeeded } from '../../run/trial/time-needed.js';
import { counted, formatCost, formatCount, formatDuration } from '../../wording/wording.js';
import { batchPrice, livePrice } from './batch-price.js';
import { type LabelledValue, labelledLines } from './labelled-lines.js';
import { stepPrices } from './plan/cost-facts.js';
import { describeFabric } from './plan.js';

/** Of the labels of an estimate. */
export const LABEL_WIDTH = 14;

/** What the count of an input says about a run, without a call. */
export function countedText(plan: TrialPlan, run: CountedRun, sample: number): string {
  const { costUnit, mostCost, prompts, asked } = run;
  const tierPrompts = plan.calls.steps === undefined ? prompts : [];
  const facts: LabelledValue[] = [
    ['rows', rowsFact(run)],
    ['questions', questionsFact(plan, run)],
    ...stepPromptFacts(plan, run),
    ...tierPrompts.map((totals, index): LabelledValue => {
      const name = index === 0 ? 'prompts' : `tier ${index + 1}`;
      return [
        name,
        `${index === 0 ? '' : `${totals.fabric}, if every row moved up: `}${promptsFact(totals, asked)}`,
      ];
    }),
    ...judgeFact(plan),
    ...priceFacts(plan),
    ...tierPrompts.flatMap((totals, index): LabelledValue[] => {
      if (totals.cost === null || costUnit === null || totals.count === 'hint') return [];
      const name = index === 0 ? 'prompts cost' : `tier ${index + 1} cost`;
      return [[name, bothWays(plan, run, totals.cost, (cost) => formatCost(cost, costUnit))]];
    }),
    ...answersFact(run, sample),
    ...(mostCost === null || costUnit === null || costsNothing(plan)
      ? []
      : [
          [
            'total',
            `${bothWays(plan, run, mostCost, (cost) => `at most ${formatCost(cost, costUnit)}`)}, without retries`,
          ] satisfies LabelledValue,
        ]),
    ['time', `${timeFact(run.leastTime)}${sample === 0 ? '; latency is not known without a sample' : ''}`],
  ];
  const heading = `${plan.input.source.name} with ${describeFabric(plan.calls.fabric)}`;
  return `${heading}\n${labelledLines(facts, LABEL_WIDTH)}`;
}

function rowsFact({ rows, blank, leftOut, unreadable, unsendable }: CountedRun): string {
  return [
    formatCount(rows),
    ...(blank === 0 ? [] : [`${formatCount(blank)} of them blank, without a call`]),
    ...(leftOut === 0 ? [] : [`${formatCount(leftOut)} not chosen, without a call`]),
    ...(unreadable === 0 ? [] : [`${formatCount(unreadable)} more unreadable`]),
    ...(unsendable === 0
      ? []
      : [`${formatCount(unsendable)} without a possible prompt: failed without a call`]),
  ].join('; ');
}

function questionsFact(plan: TrialPlan, run: CountedRun): string {
  const { rows, blank, leftOut, questions, cached, isAtMost } = run;
  const repeated = rows - blank - leftOut - questions;
  const share = rows === 0 ? '' : ` (${Math.round((100 * repeated) / rows)} %)`;
  const few = isAtMost
    ? `at most ${formatCount(questions)} different: past four million, repeats are not told apart`
    : `${formatCount(questions)} different`;
  const kept = cached === 0 ? '' : `; ${counted(cached, 'answer')} already in the cache`;
  if (repeated === 0) return few + kept;
  const saved = sharesAnswers(plan)
    ? `${counted(repeatedRows(plan, run), 'row')}${share} without a call of their own`
    : `${counted(repeated, 'row')}${share} called again: --no-dedupe`;
  return `${few}; ${saved}${kept}`;
}

/** The prompts of each step, and what they cost; of those with answers in them only that nothing is known. */
function stepPromptFacts({ calls }: TrialPlan, { prompts, asked, costUnit }: CountedRun): LabelledValue[] {
  return (calls.steps ?? []).map(({ name, when }, index) => {
    const totals = prompts.find(({ step }) => step === name);
    const isOpen = when !== undefined && when.condition.steps.length > 0;
    const condition = isOpen ? `, if ${when.text} held for every row` : when && `, where ${when.text}`;
    const price =
      totals === undefined || totals.cost === null || costUnit === null || totals.count === 'hint'
        ? ''
        : `; ${formatCost(totals.cost, costUnit)}`;
    const what =
      totals === undefined
        ? 'not counted, because its prompts contain answers; measured by a sample (--sample 20)'
        : `${promptsFact(totals, when === undefined ? asked : 0)}${condition ?? ''}${price}`;
    return [index === 0 ? 'prompts' : '', `${name}: ${what}`];
  });
}

function promptsFact({ count, tokens, pictureTokens, uncountedFiles }: PromptTotals, asked: number): string {
  const each = asked === 0 ? '' : `, ${formatCount(tokens / asked)} each`;
  const pictures = pictureTokens === 0 ? '' : `, ${formatCount(pictureTokens)} of them for pictures`;
  const uncounted =
    uncountedFiles === 0
      ? ''
      : `; without ${counted(uncountedFiles, 'file')}, whose tokens are not known here: a sample (--sample 20) has them`;
  return `${counted(tokens, 'token')}${each}${pictures} (${COUNTS[count]})${uncounted}`;
}

const COUNTS: Readonly<Record<PromptTotals['count'], string>> = {
  exact: "exact: the model's own tokenizer",
  approximate: "approximate: this model's own tokenizer is not known here, or more than the prompt is sent",
  hint: 'a hint: the inputs as JSON; the prompt around them is not known here',
};

function judgeFact({ calls }: TrialPlan): LabelledValue[] {
  const judge = judgeOf(calls);
  if (judge === undefined) return [];
  return [
    [
      'judge',
      `${judge.fabric.id}: not counted, because its prompts contain the answers; measured by a sample (--sample 20)`,
    ],
  ];
}

/** True if every tier runs on this machine. */
export function costsNothing({ calls }: TrialPlan): boolean {
  return tiersOf(calls).every(({ pricer }) => pricer?.source === 'on-device');
}

function priceFacts({ calls, batchRate }: TrialPlan): LabelledValue[] {
  if (calls.steps !== undefined) return [['price', stepPrices(calls.steps)]];
  if (batchRate === undefined) return [['price', tiersOf(calls).map(livePrice).join('; then ')]];
  return [
    ['price', `live: ${livePrice(startOf(calls))}`],
    ['', `batch: ${batchPrice(calls, batchRate)}`],
  ];
}

/** `$3.10 live, $1.55 by batch`; the live amount alone where the rows cannot go through a batch API. */
export function bothWays(
  { batchRate }: Pick<TrialPlan, 'batchRate'>,
  { asked }: Pick<CountedRun, 'asked'>,
  live: number,
  words: (amount: number) => string,
): string {
  return batchRate === undefined
    ? words(live)
    : `${words(live)} live, ${words(live * batchShareOf(batchRate, asked))} by batch`;
}

function answersFact({ prompts }: CountedRun, sample: number): LabelledValue[] {
  const [first] = prompts;
  const most = first?.step === undefined ? (first?.mostOutputTokens ?? null) : null;
  const atMost = most === null ? '' : `at most ${counted(most, 'token')} (max_tokens)`;
  if (sample > 0) return most === null ? [] : [['answers', atMost]];
  const known = most === null ? 'not known' : `${atMost}; more is not known`;
  return [['answers', `${known} without a sample (--sample 20)`]];
}

/** The shortest time that the limits allow. */
function timeFact({ ms, by }: TimeNeeded): string {
  return by === 'nothing' ? 'no limit holds it up' : `at least ${formatDuration(ms)}, ${LIMITS[by]}`;
}

/** What limits the speed of a run. */
export const LIMITS: Readonly<Record<TimeNeeded['by'], string>> = {
  rate: 'at the rate limit',
  tokens: 'at the limit of tokens a minute',
  concurrency: 'with so many calls in flight',
  nothing: 'with nothing to do',
};
