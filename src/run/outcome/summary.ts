import type { EmptyColumns } from '../../monitor/column-tally.js';
import type { LatencySummary } from '../../monitor/latency-histogram.js';
import type { FailureTally, RunTally } from '../../monitor/run-tally.js';
import type { AnswerColumn } from '../plan/columns.js';
import { type CostSummary, type SummarizedCalls, summarizeCost } from './cost-summary.js';

/**
 * A run's outcome in figures, over all its parts; `--json` prints it.
 *
 * @example
 * const { summary } = await enrich({ input, output, fabric }).outcome;
 * console.log(`${summary.succeeded} of ${summary.total} rows in ${summary.elapsedMs} ms`);
 */
export interface RunSummary extends CostSummary {
  /** Rows that have an answer or a dead letter. */
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Of those that succeeded, rows that `--where` or `--sample-rows` left out: they have an empty answer. */
  readonly leftOut: number;
  /** Of those that succeeded, rows that `--skip-filled` left as they are: they keep the value that they had. */
  readonly keptFilled: number;
  /** Calls that went out. */
  readonly calls: number;
  /** Of these, all but each row's first. */
  readonly retries: number;
  /** Of work, in ms: the time between an interruption and the next start is not in it. */
  readonly elapsedMs: number;
  /** 0 to 1. */
  readonly successRate: number;
  /** Of answered calls, in ms. */
  readonly latency: LatencySummary;
  /** It went on from a checkpoint. */
  readonly resumed: boolean;
  /** Every row of the input is in the output. */
  readonly finished: boolean;
  /** `-` for standard output. */
  readonly output: string;
  /** Null where there are none. */
  readonly deadLetters: string | null;
  /** By kind, with the first row numbers and the message of the first of them. */
  readonly failures: Readonly<Record<string, FailureTally>>;
  /** The columns of `--columns` that are empty in all answers, and what the answers have; null where each has a value. */
  readonly emptyColumns: EmptyColumns | null;
}

export function summarize(
  tally: RunTally,
  run: {
    elapsedMs: number;
    resumed: boolean;
    finished: boolean;
    output: string;
    deadLetters: string | null;
    calls: SummarizedCalls;
    /** The columns over which answers were spread. */
    answerColumns?: readonly AnswerColumn[];
  },
): RunSummary {
  const { succeeded, failed, calls, retries, failures } = tally;
  const total = succeeded + failed;
  return {
    total,
    succeeded,
    failed,
    leftOut: tally.spending.leftOut,
    keptFilled: tally.spending.filled,
    calls,
    retries,
    elapsedMs: Math.round(run.elapsedMs),
    successRate: total === 0 ? 1 : succeeded / total,
    latency: tally.latency.summary(),
    resumed: run.resumed,
    finished: run.finished,
    output: run.output,
    deadLetters: run.deadLetters,
    failures,
    emptyColumns: tally.columns.emptyOf(run.answerColumns ?? []) ?? null,
    ...summarizeCost(tally.spending, total, run.calls),
  };
}
