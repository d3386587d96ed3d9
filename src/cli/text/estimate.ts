import { formatCost, formatCount, formatDuration } from '../../monitor/wording.js';
import { judgeOf, tiersOf } from '../../run/plan/call-plan.js';
import { sharesAnswers } from '../../run/trial/count-questions.js';
import { type CountedRun, repeatedRows } from '../../run/trial/estimate.js';
import type { PromptTotals } from '../../run/trial/measure-prompts.js';
import type { TrialPlan } from '../../run/trial/plan-trial.js';
import type { TimeNeeded } from '../../run/trial/time-needed.js';
import { describeFabric } from './plan.js';

export type Fact = readonly [name: string, value: string];

/** Facts, one a line. */
export function factsText(facts: readonly Fact[]): string {
  return facts.map(([name, value]) => `  ${name.padEnd(14)}${value}\n`).join('');
}

/** What can be said of a run without a call. */
export function countedText(plan: TrialPlan, counted: CountedRun, sample: number): string {
  const { costUnit, mostCost, prompts, asked } = counted;
  const facts: Fact[] = [
    ['rows', rowsFact(counted)],
    ['questions', questionsFact(plan, counted)],
    ...prompts.map((totals, index): Fact => {
      const name = index === 0 ? 'prompts' : `tier ${index + 1}`;
      return [
        name,
        `${index === 0 ? '' : `${totals.fabric}, if every row moved up: `}${promptsFact(totals, asked)}`,
      ];
    }),
    ...judgeFact(plan),
    ['price', priceFact(plan)],
    ...prompts.flatMap((totals, index): Fact[] => {
      if (totals.cost === null || costUnit === null || totals.count === 'hint') return [];
      const name = index === 0 ? 'prompts cost' : `tier ${index + 1} cost`;
      return [[name, formatCost(totals.cost, costUnit)]];
    }),
    ...answersFact(counted, sample),
    ...(mostCost === null || costUnit === null || costsNothing(plan)
      ? []
      : [['total', `at most ${formatCost(mostCost, costUnit)}, without retries`] satisfies Fact]),
    [
      'time',
      `${timeFact(counted.leastTime)}${sample === 0 ? '; latency is not known without a sample' : ''}`,
    ],
  ];
  const heading = `${plan.input.source.name} with ${describeFabric(plan.calls.fabric)}`;
  return `${heading}\n${factsText(facts)}`;
}

function rowsFact({ rows, blank, unreadable, unsendable }: CountedRun): string {
  return [
    formatCount(rows),
    ...(blank === 0 ? [] : [`${formatCount(blank)} of them blank, without a call`]),
    ...(unreadable === 0 ? [] : [`${formatCount(unreadable)} besides cannot be read`]),
    ...(unsendable === 0
      ? []
      : [`${formatCount(unsendable)} fail without a call: no prompt can be made of them`]),
  ].join('; ');
}

function questionsFact(plan: TrialPlan, counted: CountedRun): string {
  const { rows, blank, questions, cached, isAtMost } = counted;
  const repeated = rows - blank - questions;
  const share = rows === 0 ? '' : ` (${Math.round((100 * repeated) / rows)} %)`;
  const few = isAtMost
    ? `at most ${formatCount(questions)} different ones: past four million, repeats are not told apart`
    : `${formatCount(questions)} different ones`;
  const kept = cached === 0 ? '' : `; the answers to ${formatCount(cached)} are in the cache`;
  if (repeated === 0) return few + kept;
  const saved = sharesAnswers(plan)
    ? `${formatCount(repeatedRows(plan, counted))} rows${share} need no call of their own`
    : `${formatCount(repeated)} rows${share} are called again: --no-dedupe`;
  return `${few}; ${saved}${kept}`;
}

function promptsFact({ count, tokens }: PromptTotals, asked: number): string {
  const each = asked === 0 ? '' : `, ${formatCount(tokens / asked)} each`;
  return `${formatCount(tokens)} tokens${each} (${COUNTS[count]})`;
}

const COUNTS: Readonly<Record<PromptTotals['count'], string>> = {
  exact: "exact: the model's own tokenizer",
  approximate: "approximate: this model's own tokenizer is not known here, or more than the prompt is sent",
  hint: 'a hint: the inputs as JSON; the prompt around them is not known here',
};

function judgeFact({ calls }: TrialPlan): Fact[] {
  const judge = judgeOf(calls);
  if (judge === undefined) return [];
  return [['judge', `${judge.fabric.id}: not counted, since it is sent the answers, too; a sample tells`]];
}

/** All of it runs on this machine. */
export function costsNothing({ calls }: TrialPlan): boolean {
  return tiersOf(calls).every(({ pricer }) => pricer?.source === 'on-device');
}

function priceFact({ calls }: TrialPlan): string {
  return tiersOf(calls)
    .map(({ fabric, pricer }) => pricer?.terms ?? `not known for ${fabric.id} (see --price)`)
    .join('; then ');
}

function answersFact({ prompts }: CountedRun, sample: number): Fact[] {
  const most = prompts[0]?.mostOutputTokens ?? null;
  const atMost = most === null ? '' : `at most ${formatCount(most)} tokens (max_tokens)`;
  if (sample > 0) return most === null ? [] : [['answers', atMost]];
  const known = most === null ? 'not known' : `${atMost}; more is not known`;
  return [['answers', `${known} without a sample (--sample 20)`]];
}

/** What the limits alone make of it. */
function timeFact({ ms, by }: TimeNeeded): string {
  return by === 'nothing' ? 'no limit holds it up' : `at least ${formatDuration(ms)}, ${LIMITS[by]}`;
}

/** What makes a run take as long as it does. */
export const LIMITS: Readonly<Record<TimeNeeded['by'], string>> = {
  rate: 'at the rate limit',
  tokens: 'at the limit of tokens a minute',
  concurrency: 'with so many calls in flight',
  nothing: 'with nothing to do',
};
