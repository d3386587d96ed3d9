import type { FinishedResult } from '../../fabric/row-result.js';
import { RunTally } from '../../monitor/run-tally.js';
import { inputsReader } from '../../rows/input-selection.js';
import { readingOf, readRows } from '../../rows/read-rows.js';
import type { JsonObject, Row } from '../../rows/row.js';
import type { RunStop } from '../control/stop.js';
import { type CostSummary, summarizeCost } from '../outcome/cost-summary.js';
import { questionsOf } from '../reuse/dedupe-key.js';
import { type CountSurroundings, countQuestions, nothingCounted, sharesAnswers } from './count-questions.js';
import type { TrialPlan } from './plan-trial.js';
import { runTrial, type TrialContext } from './run-trial.js';
import { SpreadSample } from './spread-sample.js';

/** Which rows to show. */
export interface PreviewChoice {
  readonly rows: number;
  /** Over the whole file, not the first ones. */
  readonly isSpread: boolean;
}

/** A row with the result of its call. */
export interface PreviewedRow {
  /** The inputs that the fabric uses. */
  readonly inputs: JsonObject;
  readonly result: FinishedResult;
}

/** Totals of the previewed rows, and the cost of the whole file estimated from them. */
export interface PreviewFigures {
  readonly tally: RunTally;
  readonly cost: CostSummary;
  /** Rows of the input that a run would call now; undefined where they were not counted. */
  readonly asked: number | undefined;
  /** In the unit of `cost`; undefined where it is unknown. */
  readonly wholeCost: number | undefined;
}

/**
 * Chooses the rows to preview: the first of the input, or rows spread over it.
 *
 * @returns undefined where it was stopped.
 * @throws UnreadableRowError, InputError
 */
export async function chooseRows(
  plan: TrialPlan,
  { rows: wanted, isSpread }: PreviewChoice,
  surroundings: CountSurroundings,
  random: () => number,
): Promise<readonly Row[] | undefined> {
  if (!isSpread) return firstRows(plan, wanted);
  const spread = new SpreadSample<Row>(wanted, random);
  // Also choose rows whose answers are in the cache.
  const all = { ...plan, cache: undefined };
  const isWhole = await countQuestions(all, nothingCounted(), surroundings, (asked) => {
    for (const { row } of asked) spread.add(row);
  });
  return isWhole ? spread.items() : undefined;
}

async function firstRows(plan: TrialPlan, wanted: number): Promise<readonly Row[]> {
  const { input, columns, badRows, limit = wanted } = plan;
  const found: Row[] = [];
  const blocks = readRows(input.source, input.look.layout, {
    columns,
    from: input.look.start,
    blockRows: wanted,
    ...readingOf(badRows),
    lastRow: Math.min(wanted, limit),
  });
  for await (const block of blocks) found.push(...block.rows);
  return found;
}

/**
 * Runs the rows and calls `show` with each in input order, as soon as all before it are done.
 *
 * @throws CallError `misconfigured` where a model cannot be loaded.
 */
export async function preview(
  plan: TrialPlan,
  rows: readonly Row[],
  stop: RunStop,
  context: TrialContext,
  show: (row: PreviewedRow) => void,
): Promise<RunTally> {
  const tally = new RunTally();
  const { usedInputsOf } = questionsOf(plan, inputsReader(plan.columns, plan.inputs));
  const waiting = new Map<number, FinishedResult>();
  let next = 0;
  await runTrial(plan, rows, stop, context, (result) => {
    tally.add(result);
    waiting.set(result.row.number, result);
    for (let row = rows[next]; row !== undefined; row = rows[++next]) {
      const done = waiting.get(row.number);
      if (done === undefined) break;
      show({ inputs: usedInputsOf(row), result: done });
    }
  });
  return tally;
}

/** Adds up what was tried; the input is counted for it, where it can be read again. */
export async function previewFigures(
  plan: TrialPlan,
  tally: RunTally,
  surroundings: CountSurroundings,
): Promise<PreviewFigures> {
  const rows = tally.succeeded + tally.failed;
  const cost = summarizeCost(tally.spending, rows, plan.calls);
  const asked = await countAsked(plan, surroundings);
  const own = rows - tally.spending.withoutCall;
  const isKnown = cost.cost !== null && cost.unpricedCalls === 0 && own > 0 && asked !== undefined;
  return { tally, cost, asked, wholeCost: isKnown ? ((cost.cost ?? 0) / own) * asked : undefined };
}

/** Undefined for standard input, which can be read only once. */
async function countAsked(plan: TrialPlan, surroundings: CountSurroundings): Promise<number | undefined> {
  if (plan.input.source.path === undefined || surroundings.stop.reason !== undefined) return undefined;
  const count = nothingCounted();
  const isWhole = await countQuestions(plan, count, surroundings, () => {});
  if (!isWhole) return undefined;
  return sharesAnswers(plan) ? count.questions - count.cached : count.rows - count.blank - count.leftOut;
}
