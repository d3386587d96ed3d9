import type { FinishedResult, RowResult } from '../../fabric/row-result.js';
import type { Row } from '../../rows/row.js';
import type { JobData } from '../protocol/batch-content.js';

/** How much may be queued and not yet collected. */
export interface QueueWindow {
  readonly batches: number;
  readonly rows: number;
  /** Of the rows as they stand in the input. */
  readonly bytes: number;
}

/** A buffer for the workers, not the file: a million rows of 300 bytes take under 10 MB of the server at any time. */
export const QUEUE_WINDOW: QueueWindow = { batches: 100, rows: 6_000, bytes: 4 * 1024 * 1024 };

/** A batch on its way. */
export interface OutstandingBatch {
  readonly id: string;
  readonly rows: readonly Row[];
  readonly bytes: number;
  /** In the order of the rows; undefined where there is none yet. */
  readonly results: (FinishedResult | undefined)[];
  readonly job: JobData;
  /** What became of steps of its rows that have no result, by their field in its hash: what Redis loses is put there again. */
  readonly steps: Map<string, string>;
  readonly resolve: (results: readonly RowResult[]) => void;
  readonly reject: (error: unknown) => void;
  /** `opening`: not all of it lies in Redis yet. */
  state: 'opening' | 'queued' | 'collecting';
  /** How often something was found in the place of results that is none. */
  wrongTimes: number;
}

/** The batches of a coordinator that have not come back, the oldest first. */
export class Outstanding {
  readonly #batches = new Map<string, OutstandingBatch>();
  #rows = 0;
  #bytes = 0;

  constructor(private readonly window: QueueWindow) {}

  get hasRoom(): boolean {
    const { batches, rows, bytes } = this.window;
    return this.#batches.size < batches && this.#rows < rows && this.#bytes < bytes;
  }

  get size(): number {
    return this.#batches.size;
  }

  get(id: string): OutstandingBatch | undefined {
    return this.#batches.get(id);
  }

  all(): OutstandingBatch[] {
    return [...this.#batches.values()];
  }

  in(state: OutstandingBatch['state']): OutstandingBatch[] {
    return this.all().filter((batch) => batch.state === state);
  }

  add(batch: OutstandingBatch): void {
    this.#batches.set(batch.id, batch);
    this.#rows += batch.rows.length;
    this.#bytes += batch.bytes;
  }

  remove(batch: OutstandingBatch): void {
    if (!this.#batches.delete(batch.id)) return;
    this.#rows -= batch.rows.length;
    this.#bytes -= batch.bytes;
  }
}
