import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CompletedBatch, Executor } from '../../batch/batch.js';
import { BatchTransform } from '../../batch/batch-transform.js';
import { windowFor } from '../../batch/batch-window.js';
import type { RunStore } from '../../checkpoint/store.js';
import type { RunWatch } from '../../monitor/run-watch.js';

export interface PipelineOptions {
  /** Of RowBlock. */
  readonly rows: Readable;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly executor: Executor;
  readonly store: Pick<RunStore, 'commit'>;
  /** Is given a way to ask whether a slow row holds up all others. */
  readonly onStart?: (waitsForSlowRow: () => boolean) => void;
  readonly watch: Pick<RunWatch, 'rowUnreadable'>;
}

/** reader → BatchTransform → executor → fabric → ordered writer. Resolves when the last batch is committed. */
export async function runPipeline({
  rows,
  batchSize,
  concurrency,
  executor,
  store,
  onStart,
  watch,
}: PipelineOptions): Promise<void> {
  const batches = new BatchTransform({ batchSize, window: windowFor(concurrency), executor });
  onStart?.(() => batches.waitsForSlowRow);
  await pipeline(rows, batches, orderedWriter(store, watch));
}

/** Commits whole batches, in input order. */
function orderedWriter(store: PipelineOptions['store'], watch: PipelineOptions['watch']): Writable {
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(completed: CompletedBatch, _encoding, callback) {
      store.commit(completed).then(() => {
        for (const row of completed.batch.unreadable) watch.rowUnreadable?.(row);
        callback();
      }, callback);
    },
  });
}
