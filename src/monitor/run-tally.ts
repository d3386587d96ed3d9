import type { Spending } from '../fabric/fabric.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { JsonObject, Row, UnreadableRow } from '../rows/row.js';
import { cutText } from './history/cut-text.js';
import { LatencyHistogram, type LatencySnapshot } from './latency-histogram.js';
import { retriesOf } from './retries-of.js';
import { type SpendingSnapshot, SpendingTally } from './spending-tally.js';

/** Row numbers kept as examples of each kind of failure. */
const EXAMPLES = 5;

/** Characters of a failure's message that are kept. */
const MOST_OF_A_MESSAGE = 200;

export interface FailureTally {
  readonly count: number;
  /** The first row numbers, up to five. */
  readonly rows: readonly number[];
  /** Of the first of these rows, cut to 200 characters. A checkpoint of an older version has none. */
  readonly message?: string;
}

/** A failure tally that is counted on. */
type OpenFailureTally = { count: number; rows: number[]; message?: string };

/** Why a row failed. An older version of batchai, or somebody who edits dead letters, may leave the message out. */
export interface FailureReason {
  readonly kind: string;
  readonly message?: string;
}

/** The tally as a checkpoint keeps it. */
interface TallySnapshot {
  succeeded: number;
  failed: number;
  calls: number;
  retries: number;
  latency: LatencySnapshot;
  spending?: SpendingSnapshot;
  failures: { [kind: string]: OpenFailureTally };
}

/** The kind under which records that cannot be parsed are counted. */
export const UNREADABLE = 'unreadable';

/**
 * What became of the rows that are committed, over all parts of an interrupted run.
 * It is counted from the rows' own results, so a checkpoint and the journal together always give
 * the same figures as a run that was never interrupted.
 */
export class RunTally {
  succeeded: number;
  failed: number;
  calls: number;
  retries: number;
  readonly latency: LatencyHistogram;
  readonly spending: SpendingTally;
  readonly #failures: Map<string, OpenFailureTally>;

  /**
   * @param from what `snapshot` gave, to go on from.
   * @param numberOf the row's number as people know it.
   */
  constructor(
    from?: JsonObject,
    private readonly numberOf: (row: Row) => number = (row) => row.number,
  ) {
    const before = from as TallySnapshot | undefined;
    this.succeeded = before?.succeeded ?? 0;
    this.failed = before?.failed ?? 0;
    this.calls = before?.calls ?? 0;
    this.retries = before?.retries ?? 0;
    this.latency = before ? LatencyHistogram.from(before.latency) : new LatencyHistogram();
    this.spending = new SpendingTally(before?.spending);
    this.#failures = new Map(Object.entries(structuredClone(before?.failures ?? {})));
  }

  /** Another tally of the same rows, which goes on from what `snapshot` gave. */
  startingFrom(counts: JsonObject): RunTally {
    return new RunTally(counts, this.numberOf);
  }

  add(result: FinishedResult): void {
    this.calls += result.calls;
    this.retries += retriesOf(result);
    this.spending.add(result);
    if (result.status === 'answered') {
      this.succeeded++;
      if (result.reused === undefined && result.via === undefined) this.latency.add(result.latencyMs);
    } else {
      this.#addFailure(this.numberOf(result.row), result.failure);
    }
  }

  addUnreadable(row: UnreadableRow): void {
    this.#addFailure(row.number, { kind: UNREADABLE, message: row.problem });
  }

  /** Calls for one row, and what they took: all but the first are retries. */
  addCalls(calls: number, spent?: Spending): void {
    this.calls += calls;
    this.retries += Math.max(0, calls - 1);
    if (spent !== undefined) this.spending.addSpent(spent);
  }

  get failures(): Readonly<Record<string, FailureTally>> {
    return Object.fromEntries(this.#failures);
  }

  /** Counts a retry in: its calls are added, and all rows are taken for answered until `addLeft` says which are not. */
  addRetry(retried: RunTally): void {
    this.calls += retried.calls;
    this.retries += retried.calls;
    this.latency.merge(retried.latency);
    this.spending.merge(retried.spending);
    this.succeeded += this.failed;
    this.failed = 0;
    this.#failures.clear();
  }

  /** A row that is a dead letter still, and why. */
  addLeft(row: number, error: FailureReason): void {
    this.succeeded--;
    this.#addFailure(row, error);
  }

  snapshot(): JsonObject {
    const { succeeded, failed, calls, retries } = this;
    const failures = structuredClone(Object.fromEntries(this.#failures));
    return {
      succeeded,
      failed,
      calls,
      retries,
      latency: this.latency.snapshot(),
      spending: this.spending.snapshot(),
      failures,
    } satisfies TallySnapshot;
  }

  #addFailure(row: number, { kind, message }: FailureReason): void {
    this.failed++;
    const failures: OpenFailureTally = this.#failures.get(kind) ?? { count: 0, rows: [] };
    if (failures.count === 0 && typeof message === 'string')
      failures.message = cutText(message, MOST_OF_A_MESSAGE);
    failures.count++;
    if (failures.rows.length < EXAMPLES) failures.rows.push(row);
    this.#failures.set(kind, failures);
  }
}
