import { Transform, type TransformCallback } from 'node:stream';
import type { Position, Row, RowBlock, UnreadableRow } from '../rows/row.js';
import type { Batch, Executor } from './batch.js';
import { BatchWindow, type WindowSize } from './batch-window.js';

export interface BatchTransformOptions {
  /** Rows a batch. */
  readonly batchSize: number;
  readonly window: WindowSize;
  readonly executor: Executor;
}

/**
 * Groups the reader's rows into batches, hands them to the executor as it wants them, and gives the
 * finished batches (CompletedBatch) out in input order. There is no barrier: batches are in flight side
 * by side up to the window, and a busy executor, a full window or a slow writer holds the reader back.
 *
 * When the run is stopped, the executor gives rows back abandoned; then the stream ends after the last
 * batch before the first of them. Fails only where the executor does.
 */
export class BatchTransform extends Transform {
  readonly #window: BatchWindow;
  #open: { rows: Row[]; unreadable: UnreadableRow[]; bytes: number; end: Position } | undefined;
  #whenRoom: TransformCallback | undefined;
  #whenSettled: TransformCallback | undefined;
  /** The writer has room for another batch. */
  #wanted = true;

  constructor(private readonly options: BatchTransformOptions) {
    // A block may be as large as a record can be: two must do.
    super({ objectMode: true, readableHighWaterMark: 1, writableHighWaterMark: 2 });
    this.#window = new BatchWindow(options.window);
    options.executor.onWant(() => this.#askForMore());
  }

  /**
   * The executor could do more, but the window is full of rows that wait for one before them. A slow writer holds
   * rows back as well; then the oldest ones are answered.
   */
  get waitsForSlowRow(): boolean {
    const window = this.#window;
    return (
      this.#whenRoom !== undefined && !window.hasRoom && window.isOldestOut && this.options.executor.wantsMore
    );
  }

  override _transform(block: RowBlock, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (!this.#window.isBlocked) this.#group(block);
    this.#whenRoom = callback;
    this.#askForMore();
  }

  override _flush(callback: TransformCallback): void {
    this.#submit();
    this.#whenSettled = callback;
    this.#giveOut();
  }

  override _read(size: number): void {
    super._read(size);
    this.#wanted = true;
    this.#giveOut();
  }

  #group(block: RowBlock): void {
    const open = this.#open;
    if (open === undefined) {
      this.#open = {
        rows: [...block.rows],
        unreadable: [...block.unreadable],
        bytes: block.bytes,
        end: block.end,
      };
    } else {
      for (const row of block.rows) open.rows.push(row);
      for (const row of block.unreadable) open.unreadable.push(row);
      open.bytes += block.bytes;
      open.end = block.end;
    }
    if (block.endsBatch || block.end.row % this.options.batchSize === 0) this.#submit();
  }

  #submit(): void {
    const batch: Batch | undefined = this.#open;
    if (batch === undefined) return;
    this.#open = undefined;
    const entry = this.#window.enter(batch);
    this.options.executor.run(batch).then(
      (results) => {
        this.#window.settle(entry, results);
        this.#giveOut();
      },
      (error) => this.destroy(error),
    );
  }

  #giveOut(): void {
    while (this.#wanted && !this.destroyed) {
      const completed = this.#window.leave();
      if (completed === undefined) break;
      this.#wanted = this.push(completed);
    }
    this.#askForMore();
    this.#endWhenSettled();
  }

  /** The reader goes on where the window has room and the executor wants more, or to its end where all is given up. */
  #askForMore(): void {
    const callback = this.#whenRoom;
    if (callback === undefined) return;
    const mayGoOn = this.#window.hasRoom && this.options.executor.wantsMore;
    if (!mayGoOn && !this.#window.isBlocked) return;
    this.#whenRoom = undefined;
    callback();
  }

  #endWhenSettled(): void {
    const callback = this.#whenSettled;
    if (callback === undefined || !this.#wanted || !this.#window.isSettled) return;
    this.#whenSettled = undefined;
    callback();
  }
}
