import type { Spending, StepRecord } from '../fabric/fabric.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { JsonObject, Row, UnreadableRow } from '../rows/row.js';
import { cutText } from '../wording/wording.js';
import { type ColumnSnapshot, ColumnTally } from './column-tally.js';
import { LatencyHistogram, type LatencySnapshot } from './latency-histogram.js';
import { type SpendingSnapshot, SpendingTally } from './spending-tally.js';

/** Row numbers kept as examples of each kind of failure. */
const EXAMPLES = 5;

/** Characters of a failure's message that are kept. */
const MOST_OF_A_MESSAGE = 200;

export interface FailureTally {
  readonly count: number;
  /** The first row numbers, up to five. */
  readonly rows: readonly number[];
  /** The message of the first row, cut to 200 characters. Checkpoints of older versions have none. */
  readonly message?: string;
}

/** A failure tally that can still grow. */
type OpenFailureTally = { count: number; rows: number[]; message?: string };

/** Why a row failed. Dead letters of an older version, or edited ones, may lack the message. */
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
  columns?: ColumnSnapshot;
  failures: { [kind: string]: OpenFailureTally };
}

/** The kind under which records that cannot be parsed are counted. */
export const UNREADABLE = 'unreadable';

/**
 * The results of the committed rows, over all parts of an interrupted run. They are counted from the rows' own
 * results, so a checkpoint and its journal together give the figures of a run that was never interrupted.
 */
export class RunTally {
  succeeded: number;
  failed: number;
  calls: number;
  retries: number;
  readonly latency: LatencyHistogram;
  readonly spending: SpendingTally;
  /** Of the columns over which answers are spread; whoever spreads them counts here. */
  readonly columns: ColumnTally;
  readonly #failures: Map<string, OpenFailureTally>;

  /**
   * @param from a snapshot to continue.
   * @param numberOf gives the row's number in the input, where that differs from `row.number`.
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
    this.columns = new ColumnTally(before?.columns);
    this.#failures = new Map(Object.entries(structuredClone(before?.failures ?? {})));
  }

  /** A tally that continues the snapshot `counts` and numbers rows as this one does. */
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

  /** Adds calls for one row and their spending: all but the first are retries. */
  addCalls(calls: number, spent?: Spending): void {
    this.calls += calls;
    this.retries += Math.max(0, calls - 1);
    if (spent !== undefined) this.spending.addSpent(spent);
  }

  /** Adds a step of a row that has no result yet. */
  addStep(step: StepRecord, isAnswerKept: boolean): void {
    this.addCalls(step.calls, step.spent);
    this.spending.addStep(step, isAnswerKept);
  }

  get failures(): Readonly<Record<string, FailureTally>> {
    return Object.fromEntries(this.#failures);
  }

  /** Adds a run of `batchai retry`: its calls, and all failed rows as answered, until `addLeft` takes some back. */
  addRetry(retried: RunTally): void {
    this.calls += retried.calls;
    this.retries += retried.calls;
    this.latency.merge(retried.latency);
    this.spending.merge(retried.spending);
    this.succeeded += this.failed;
    this.failed = 0;
    this.#failures.clear();
  }

  /** Counts a row that is still a dead letter. */
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
      ...(this.columns.answers > 0 && { columns: this.columns.snapshot() }),
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

/** A row's retries. The first call of each tier, and of the judge, is not one. */
export function retriesOf({ calls, tiers }: FinishedResult): number {
  return Math.max(0, calls - Math.max(1, tiers?.steps.length ?? 0));
}
