import type { FinishedResult } from '../fabric/row-result.js';
import type { JsonObject, Row, UnreadableRow } from '../rows/row.js';
import { cutText } from '../wording/wording.js';
import { type ExamplesSnapshot, FailureExamples } from './history/failure-examples.js';
import { RowSamples, type SamplesSnapshot } from './history/row-samples.js';
import { showInputs, showValue } from './history/shown-row.js';
import { SlowestRows, type SlowRow } from './history/slowest-rows.js';
import { type SeriesSnapshot, TimeSeries } from './history/time-series.js';
import { retriesOf, UNREADABLE } from './run-tally.js';

export const HISTORY_VERSION = 1;
/** Characters kept of a sample's inputs, and of its answer. */
const MOST_OF_A_SAMPLE = 2_000;
/** Characters kept of a failed row's inputs, and of its message. */
const MOST_OF_A_FAILURE = 400;

/** The history as a file holds it. */
export type HistorySnapshot = {
  version: number;
  series: SeriesSnapshot;
  slowest: SlowRow[];
  samples: SamplesSnapshot;
  failures: ExamplesSnapshot;
  /** Why its process stopped before its end, for a person; not there while it goes on, and after its end. */
  stopped?: string;
};

export interface HistoryOptions {
  /** Start of this part of the run, monotonic. */
  readonly nowMs: number;
  /** 0 to 1. */
  readonly random: () => number;
  /** Gives the inputs sent of a row. Called only for the few rows that are kept. */
  readonly inputsOf: (row: Row) => JsonObject;
}

/**
 * The part of a report beyond a run's counts: its course over time, and some of its rows. Its size does not depend on
 * the number of rows.
 *
 * Rows are added as they finish, so after a `kill -9` it lacks those since its last snapshot; the run's counts do not.
 */
export class RunHistory {
  readonly #series: TimeSeries;
  readonly #slowest: SlowestRows;
  readonly #samples: RowSamples;
  readonly #failures: FailureExamples;
  readonly #inputsOf: HistoryOptions['inputsOf'];

  /** Continues a snapshot; starts empty without one. */
  constructor({ nowMs, random, inputsOf }: HistoryOptions, before?: HistorySnapshot) {
    this.#series = new TimeSeries(nowMs, before?.series);
    this.#slowest = new SlowestRows(before?.slowest);
    this.#samples = new RowSamples(random, before?.samples);
    this.#failures = new FailureExamples(before?.failures);
    this.#inputsOf = inputsOf;
  }

  /** Adds a finished row. This runs once a row, so it only adds numbers for most of them. */
  add(result: FinishedResult): void {
    const { open } = this.#series;
    const { spent } = result;
    open.retries += retriesOf(result);
    if (spent !== undefined) {
      open.tokensIn += spent.input;
      open.tokensOut += spent.output;
      open.cost += spent.cost;
    }
    if (result.status === 'failed') {
      this.#addFailure(result);
      return;
    }
    open.answered++;
    if (result.reused !== undefined || result.via !== undefined) {
      if (result.reused !== undefined) open.reused++;
    } else {
      const { calls, latencyMs: ms } = result;
      open.latency.add(ms);
      if (ms > open.latencyMaxMs) open.latencyMaxMs = ms;
      if (this.#slowest.wants(ms)) this.#slowest.add({ row: result.row.number, ms, calls });
    }
    if (this.#samples.wantsNext()) this.#keepSample(result);
  }

  /** Adds a record that cannot be parsed. */
  addUnreadable({ number, problem, raw }: UnreadableRow): void {
    this.#series.open.addFailed(UNREADABLE);
    if (!this.#failures.wants(UNREADABLE)) return;
    this.#failures.add(UNREADABLE, {
      row: number,
      message: cutText(problem, MOST_OF_A_FAILURE),
      inputs: showInputs({ record: raw }, MOST_OF_A_FAILURE),
    });
  }

  /**
   * Samples the calls in flight, a few times a second. Intervals begin and end only here.
   *
   * @param nowMs monotonic.
   * @param inFlight calls in flight.
   */
  sample(nowMs: number, inFlight: number): void {
    this.#series.sample(nowMs, inFlight);
  }

  /** The whole history for a file: some 100 KB for a run of any length. */
  snapshot(nowMs: number, stopped?: string): HistorySnapshot {
    return {
      version: HISTORY_VERSION,
      series: this.#series.snapshot(nowMs),
      slowest: this.#slowest.snapshot(),
      samples: this.#samples.snapshot(),
      failures: this.#failures.snapshot(),
      ...(stopped === undefined ? {} : { stopped }),
    } satisfies JsonObject;
  }

  #addFailure({ row, failure }: FinishedResult & { status: 'failed' }): void {
    this.#series.open.addFailed(failure.kind);
    if (!this.#failures.wants(failure.kind)) return;
    this.#failures.add(failure.kind, {
      row: row.number,
      message: cutText(failure.message, MOST_OF_A_FAILURE),
      inputs: showInputs(this.#inputsOf(row), MOST_OF_A_FAILURE),
    });
  }

  #keepSample({ row, answer, calls, latencyMs }: FinishedResult & { status: 'answered' }): void {
    this.#samples.keep({
      row: row.number,
      inputs: showInputs(this.#inputsOf(row), MOST_OF_A_SAMPLE),
      answer: showValue(answer, MOST_OF_A_SAMPLE),
      calls,
      ms: latencyMs,
    });
  }
}
