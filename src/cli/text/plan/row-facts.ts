import { startOf } from '../../../run/plan/call-plan.js';
import type { Plan } from '../../../run/plan/plan.js';
import type { SurveyedCost, SurveyedRows } from '../../../run/trial/survey.js';
import { timeNeeded } from '../../../run/trial/time-needed.js';
import { counted, formatCost, formatCount, formatDuration } from '../../../wording/wording.js';
import type { LabelledValue } from '../labelled-lines.js';

/** What is counted of a run's rows before its first call; what is undefined is not known so soon. */
export interface Beforehand {
  /** All rows that it is to do. */
  readonly total?: number | undefined;
  /** Of these, those with a result. */
  readonly done?: number | undefined;
  /** What the others will ask. */
  readonly survey?: SurveyedRows | undefined;
}

/** How many rows there are, what those that are to do ask, how long it takes at the limits, and what it costs. */
export function rowFacts(plan: Plan, beforehand: Beforehand): LabelledValue[] {
  const { total } = beforehand;
  const first = plan.limit === undefined ? [] : [`only the first ${formatCount(plan.limit)}`];
  const rows = [...(total === undefined ? [] : [formatCount(total)]), ...first];
  return [...(rows.length === 0 ? [] : [['rows', rows.join(', ')] as const]), ...callFacts(plan, beforehand)];
}

/** A line about what has been counted only when the run had started. */
export function countedLater(plan: Plan, beforehand: Beforehand): string {
  const facts = callFacts(plan, beforehand).map(([name, value]) => `${name}: ${value}`);
  return `counted by now: ${facts.join('; ')}`;
}

/** What the calls of the rows that are to do come to. */
function callFacts(plan: Plan, { total, done = 0, survey }: Beforehand): LabelledValue[] {
  const calls = callsLeft(total === undefined ? undefined : total - done, survey);
  return [
    ...questionsFact(plan, survey),
    ...(calls === undefined
      ? []
      : [...timeFact(plan, calls, survey), ...costFact(calls, survey?.cost, plan.batchApi !== undefined)]),
  ];
}

/** Rows that will be called; where not all have been read, as many of the others as of these. */
function callsLeft(rowsLeft: number | undefined, survey: SurveyedRows | undefined): number | undefined {
  if (survey === undefined || survey.rows === 0) return rowsLeft;
  if (rowsLeft === undefined) return survey.isWhole ? survey.asked : undefined;
  // Of the rows that the survey reads, some have answers in the journal.
  const calls = Math.round((survey.asked / survey.rows) * rowsLeft);
  return survey.isWhole ? Math.min(survey.asked, calls) : calls;
}

function questionsFact(plan: Plan, survey: SurveyedRows | undefined): LabelledValue[] {
  if (survey === undefined || survey.rows < 2) return [];
  const { rows, blank, leftOut, questions, cached, isWhole, isAtMost } = survey;
  const repeated = rows - blank - leftOut - questions;
  const share = `${counted(repeated, 'row')} (${Math.round((100 * repeated) / rows)} %)`;
  const repeats =
    plan.sharesAnswers || plan.cache !== undefined
      ? `${share} without a call of their own`
      : `${share} called again`;
  const different = isWhole
    ? `${isAtMost ? 'at most ' : ''}${formatCount(questions)} different`
    : `${formatCount(questions)} different in the first ${counted(rows, 'row')} read`;
  return [
    [
      'questions',
      [
        different,
        ...(repeated === 0 ? [] : [repeats]),
        ...(blank === 0 ? [] : [`${counted(blank, 'row')} blank, without a call`]),
        ...(leftOut === 0 ? [] : [`${counted(leftOut, 'row')} left out, without a call`]),
        ...(cached === 0 ? [] : [`${counted(cached, 'answer')} in the cache`]),
      ].join('; '),
    ],
  ];
}

/** Where workers or a batch API make the calls, this process knows no pace. */
function timeFact(plan: Plan, calls: number, survey: SurveyedRows | undefined): LabelledValue[] {
  if (plan.batchApi !== undefined || plan.queue !== undefined) return [];
  const tokens = calls * (survey?.promptTokens ?? 0);
  const { ms, by } = timeNeeded(startOf(plan), { calls, tokens, latencyMs: undefined });
  if (ms === 0 || (by !== 'rate' && by !== 'tokens')) return [];
  const limit = by === 'rate' ? 'rate limit' : 'limit of tokens a minute';
  const unless = survey === undefined || survey.rows === 0 ? ', where each asks something else' : '';
  return [['time', `at least ${formatDuration(ms)} at the ${limit}${unless}`]];
}

function costFact(calls: number, cost: SurveyedCost | undefined, isByBatch: boolean): LabelledValue[] {
  if (cost === undefined) return [];
  const { unit, perAskedRow, mostPerAskedRow, of } = cost;
  const all = (perRow: number) => formatCost(roughly(perRow * calls), unit);
  const how = isByBatch ? ', by batch' : '';
  if (of === 'calls') return [['cost', `about ${all(perAskedRow)}${how}, without retries`]];
  const answers =
    mostPerAskedRow === undefined
      ? 'answers come on top (estimate --sample 20 tells)'
      : `at most ${all(mostPerAskedRow)} with answers of max_tokens`;
  return [['cost', `about ${all(perAskedRow)} for the prompts${how}; ${answers}`]];
}

/** Two digits that count. */
function roughly(amount: number): number {
  return Number(amount.toPrecision(2));
}
