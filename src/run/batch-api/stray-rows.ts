import { CallError } from '../../fabric/call-error.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { Row } from '../../rows/row.js';
import type { StrayRows } from './batch-api-executor.js';
import type { MadeRequest } from './batch-replies.js';
import type { StrayRow } from './shard-cutter.js';

export interface StraysOptions {
  /** A row's request; that of one with files takes a while. @throws CallError where it cannot be made. */
  readonly requestOf: (row: Row) => MadeRequest | Promise<MadeRequest>;
  /** The request of a row that was taken in cannot be made: `add` has its result now. */
  readonly failed: (row: number) => void;
  /** Of a request, in a shard. */
  readonly mostBytes: number;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** There is another one. */
  readonly added: () => void;
  /** An error that no row is to blame for. */
  readonly stopRun: (error: CallError) => void;
}

/** What the frame of a line takes at most, around the request. */
const FRAME_BYTES = 1024;

/** Rows that are asked for and are in no shard; no more of them than there are rows between reader and writer. */
export class Strays implements StrayRows {
  readonly #rows = new Map<number, StrayRow>();
  readonly #inTheMaking = new Set<number>();
  readonly #failed = new Map<number, FinishedResult>();

  constructor(private readonly options: StraysOptions) {}

  get all(): readonly StrayRow[] {
    return [...this.#rows.values()];
  }

  get count(): number {
    return this.#rows.size;
  }

  has(row: number): boolean {
    return this.#rows.has(row) || this.#inTheMaking.has(row);
  }

  add(row: Row): FinishedResult | undefined {
    const failed = this.#failed.get(row.number);
    if (failed !== undefined) {
      this.#failed.delete(row.number);
      return failed;
    }
    try {
      const request = this.options.requestOf(row);
      if (request instanceof Promise) this.#addLater(row, request);
      else this.#addMade(row, request);
      return undefined;
    } catch (error) {
      return this.#resultOf(row, error);
    }
  }

  #addLater(row: Row, request: Promise<MadeRequest>): void {
    this.#inTheMaking.add(row.number);
    void request.then(
      (made) => this.#settle(row, () => this.#addMade(row, made)),
      (error: unknown) =>
        this.#settle(row, () => {
          throw error;
        }),
    );
  }

  /** A request is made, or cannot be. */
  #settle(row: Row, take: () => void): void {
    this.#inTheMaking.delete(row.number);
    try {
      take();
    } catch (error) {
      const result = this.#resultOf(row, error);
      if (result === undefined) return;
      this.#failed.set(row.number, result);
      this.options.failed(row.number);
    }
  }

  #addMade(row: Row, request: MadeRequest): void {
    const bytes = Buffer.byteLength(request.body) + FRAME_BYTES;
    if (bytes > this.options.mostBytes) {
      throw new CallError(
        'too-large',
        `a request of ${bytes} bytes: a batch holds ${this.options.mostBytes}`,
      );
    }
    this.#rows.set(row.number, { row, request });
    this.options.added();
  }

  /** Undefined where the run stops. */
  #resultOf(row: Row, error: unknown): FinishedResult | undefined {
    if (!(error instanceof CallError)) throw error;
    if (error.stopsRun) {
      this.options.stopRun(error);
      return undefined;
    }
    const { kind, message } = error;
    const failedAt = new Date(this.options.wallNow()).toISOString();
    return { status: 'failed', row, failure: { kind, message, attempts: 1, failedAt }, calls: 0 };
  }

  /** They are in a shard now. */
  sent(rows: Iterable<number>): void {
    for (const row of rows) this.#rows.delete(row);
  }
}
