import type { JsonObject, Row } from '../../rows/row.js';
import type { RunStop } from '../control/stop.js';
import { type CallPlan, judgeOf, tiersOf } from '../plan/call-plan.js';
import { unitOf } from '../plan/row-calls.js';
import { countQuestions, type QuestionCount, sharesAnswers } from './count-questions.js';
import { type PromptTotals, promptMeter } from './measure-prompts.js';
import type { TrialPlan } from './plan-trial.js';
import { SpreadSample } from './spread-sample.js';
import { type TimeNeeded, timeNeeded } from './time-needed.js';

/** The figures of a run that are known without a call. */
export interface CountedRun extends Omit<QuestionCount, 'bytes'> {
  /** Rows that are called: one for each question that the cache has no answer to, or all where rows share nothing. */
  readonly asked: number;
  /** Of these, rows of which no prompt can be made: they fail without a call. */
  readonly unsendable: number;
  /** A fabric each: the first one's for all that is asked, those of the tiers above it as if every row moved up. */
  readonly prompts: readonly PromptTotals[];
  /** `USD` or another currency, or `credits`; null where no price is known. */
  readonly costUnit: string | null;
  /** What the run costs at most, without retries; null where it is unknown. */
  readonly mostCost: number | null;
  /** The shortest time that the limits allow. */
  readonly leastTime: TimeNeeded;
}

/** A row that stands for others, and what its prompt takes. */
export interface SampledRow {
  readonly row: Row;
  readonly promptTokens: number;
}

export interface CountOptions {
  readonly plan: TrialPlan;
  /** Rows to choose for a sample. */
  readonly sample: number;
  readonly stop: RunStop;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Counts along, for a display. */
  readonly count: QuestionCount;
}

/**
 * Counts all that a run would send, in bounded memory, and chooses rows that are spread over it. Nothing is called.
 *
 * @returns undefined where it was stopped.
 * @throws UnreadableRowError, InputError
 */
export async function countRun({
  plan,
  sample,
  stop,
  wallNow,
  random,
  count,
}: CountOptions): Promise<{ counted: CountedRun; sampled: readonly SampledRow[] } | undefined> {
  const meters = await Promise.all(tiersOf(plan.calls).map(promptMeter));
  const [first, ...upper] = meters;
  const spread = new SpreadSample<SampledRow>(sample, random);
  let asked = 0;
  let unsendable = 0;
  const ask = (row: Row, inputs: JsonObject) => {
    asked++;
    const promptTokens = first?.add(inputs);
    for (const meter of upper) meter.add(inputs);
    if (promptTokens === undefined) unsendable++;
    else if (sample > 0) spread.add({ row, promptTokens });
  };
  if (!(await countQuestions(plan, count, { stop, wallNow }, ask))) return undefined;
  const { rows, blank, leftOut, unreadable, questions, cached, isAtMost } = count;
  const prompts = meters.map((meter) => meter.totals());
  const counted: CountedRun = {
    ...{ rows, blank, leftOut, unreadable, questions, cached, isAtMost, asked, unsendable, prompts },
    costUnit: unitOf(plan.calls) ?? null,
    mostCost: mostCostOf(plan.calls, prompts),
    leastTime: timeNeeded(plan.calls, {
      calls: asked - unsendable,
      tokens: prompts[0]?.count === 'hint' ? 0 : (prompts[0]?.tokens ?? 0),
      latencyMs: undefined,
    }),
  };
  return { counted, sampled: spread.items() };
}

/** Rows that need no call of their own, since an equal one has theirs. */
export function repeatedRows(plan: TrialPlan, { rows, blank, leftOut, questions }: CountedRun): number {
  return sharesAnswers(plan) ? rows - blank - leftOut - questions : 0;
}

/** A judge's prompts contain the answers, whose length is unknown. */
function mostCostOf(calls: CallPlan, prompts: readonly PromptTotals[]): number | null {
  if (judgeOf(calls) !== undefined) return null;
  let sum = 0;
  for (const { mostCost, cost } of prompts) {
    // Without a price per token, the length of answers does not matter.
    if (mostCost === null && cost !== 0) return null;
    sum += mostCost ?? 0;
  }
  return sum;
}
