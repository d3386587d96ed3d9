import type { Row } from '../../rows/row.js';
import { threadsFor } from '../../threads/threads-for.js';
import type { RunStop } from '../control/stop.js';
import { filesFolderOf } from '../places/first-files.js';
import { type CallPlan, judgeOf, startOf, tiersOf } from '../plan/call-plan.js';
import { mostInFlight } from '../plan/limits.js';
import { isCostGuessed, unitOf } from '../plan/row-calls.js';
import { BlocksInOrder } from './blocks-in-order.js';
import { type AskedRow, countQuestions, type QuestionCount, sharesAnswers } from './count-questions.js';
import { type CountablePrompt, countablePrompts } from './countable-prompts.js';
import { type PromptMeter, type PromptTokens, type PromptTotals, promptMeter } from './measure-prompts.js';
import type { TrialPlan } from './plan-trial.js';
import { SpreadSample } from './spread-sample.js';
import { openTextCounters, type TextCounters } from './text-counters.js';
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
  /** True where the price is a guess: the list price of a model of that name, at an address that is none of its service's. */
  readonly costIsGuess: boolean;
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
export async function countRun(
  options: CountOptions,
): Promise<{ counted: CountedRun; sampled: readonly SampledRow[] } | undefined> {
  const { plan, count } = options;
  const threads = threadsFor(mostInFlight(plan.calls));
  const counters = openTextCounters(threads, plan.input.stat?.size);
  try {
    const measured = await measureRows(options, counters, BLOCKS_A_THREAD * threads);
    if (measured === undefined) return undefined;
    const { asked, unsendable, prompts, sampled } = measured;
    const { rows, blank, leftOut, unreadable, questions, cached, isAtMost } = count;
    const counted: CountedRun = {
      ...{ rows, blank, leftOut, unreadable, questions, cached, isAtMost, asked, unsendable, prompts },
      costUnit: unitOf(plan.calls) ?? null,
      costIsGuess: isCostGuessed(plan.calls),
      mostCost: mostCostOf(plan.calls, prompts),
      leastTime: timeNeeded(startOf(plan.calls), {
        calls: asked - unsendable,
        tokens: prompts[0]?.count === 'hint' ? 0 : (prompts[0]?.tokens ?? 0),
        latencyMs: undefined,
      }),
    };
    return { counted, sampled };
  } finally {
    await counters.close();
  }
}

/** Blocks of rows that are counted at a time, for each thread: enough that none waits for the reader. */
const BLOCKS_A_THREAD = 4;

interface MeasuredRows extends Pick<CountedRun, 'asked' | 'unsendable' | 'prompts'> {
  readonly sampled: readonly SampledRow[];
}

/** @returns undefined where it was stopped. */
async function measureRows(
  { plan, sample, stop, wallNow, random, count }: CountOptions,
  counters: TextCounters,
  mostBlocks: number,
): Promise<MeasuredRows | undefined> {
  const filesFolder = filesFolderOf(plan.input.source.path);
  const meters = await Promise.all(
    countablePrompts(plan.calls).map(async (prompt) => ({
      ...prompt,
      meter: await promptMeter(prompt.calls, counters, filesFolder),
    })),
  );
  const spread = new SpreadSample<SampledRow>(sample, random);
  const sums = { asked: 0, unsendable: 0 };
  const inOrder = new BlocksInOrder<MeasuredBlock>(mostBlocks, ({ rows, tokens }) => {
    for (const [index, { row }] of rows.entries()) {
      sums.asked++;
      for (const [tier, { meter }] of meters.entries()) meter.add(tokens[tier]?.[index]);
      const promptTokens = tokens[0]?.[index];
      // A first step may be left out of a row, and the others are asked all the same.
      if (promptTokens === undefined && plan.calls.steps === undefined) sums.unsendable++;
      else if (sample > 0) spread.add({ row, promptTokens: promptTokens ?? 0 });
    }
  });
  const isWhole = await countQuestions(plan, count, { stop, wallNow }, (rows) =>
    rows.length === 0 ? undefined : inOrder.add(measureBlock(rows, meters)),
  );
  if (!isWhole) return undefined;
  await inOrder.finish();
  const prompts = meters.map(({ meter, step }) =>
    step === undefined ? meter.totals() : { ...meter.totals(), step },
  );
  return { ...sums, prompts, sampled: spread.items() };
}

/** Rows with the tokens of their prompts, a list for each fabric. */
interface MeasuredBlock {
  readonly rows: readonly AskedRow[];
  readonly tokens: readonly (readonly PromptTokens[])[];
}

async function measureBlock(
  rows: readonly AskedRow[],
  meters: readonly (CountablePrompt & { readonly meter: PromptMeter })[],
): Promise<MeasuredBlock> {
  const tokensOf = async ({ meter, inputsOf }: (typeof meters)[number]): Promise<PromptTokens[]> => {
    const inputs = rows.map((asked) => inputsOf(asked.inputs));
    const counted = (await meter.tokensOf(inputs.filter((one) => one !== undefined))).values();
    return inputs.map((one) => (one === undefined ? undefined : counted.next().value));
  };
  return { rows, tokens: await Promise.all(meters.map(tokensOf)) };
}

/** Rows that need no call of their own, since an equal one has theirs. */
export function repeatedRows(plan: TrialPlan, { rows, blank, leftOut, questions }: CountedRun): number {
  return sharesAnswers(plan) ? rows - blank - leftOut - questions : 0;
}

/** The prompts of a judge, and of some steps, contain answers, whose length is unknown. */
function mostCostOf(calls: CallPlan, prompts: readonly PromptTotals[]): number | null {
  if (judgeOf(calls) !== undefined || prompts.length < tiersOf(calls).length) return null;
  let sum = 0;
  for (const { mostCost, cost } of prompts) {
    // Without a price per token, the length of answers does not matter.
    if (mostCost === null && cost !== 0) return null;
    sum += mostCost ?? 0;
  }
  return sum;
}
