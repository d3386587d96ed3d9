import { mkdir } from 'node:fs/promises';
import { type Checkpoint, firstCheckpoint, writeCheckpoint } from '../../src/checkpoint/checkpoint-file.js';
import { writeHistory } from '../../src/checkpoint/history-file.js';
import { START } from '../../src/rows/row.js';
import { nightRun, type RunLeft } from '../monitor/some-history.js';

/** Puts into a folder what a finished run leaves in its checkpoint; what is in `changed` counts more. */
export async function leaveRun(
  folder: string,
  left: RunLeft = nightRun(20_000),
  changed: Partial<Checkpoint> = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const rows = left.tally.succeeded + left.tally.failed;
  const first = firstCheckpoint(
    { ...BEGINNING, noCounts: {} },
    { wallNow: () => Date.UTC(2026, 10, 24, 1, 15) },
  );
  await writeCheckpoint(folder, {
    ...first,
    state: 'finished',
    rowsCommitted: rows,
    inputOffset: rows * 83,
    inputStat: { size: rows * 83, mtimeMs: Date.UTC(2026, 10, 23) },
    outputOffset: rows * 190,
    counts: left.tally.snapshot(),
    elapsedMs: Math.round(left.elapsedMs),
    ...changed,
  });
  await writeHistory(folder, left.history.snapshot(left.elapsedMs));
}

const BEGINNING = {
  identity: {
    fabric: 'product-description',
    definition: null,
    input: { format: 'csv', delimiter: ',' },
    columns: ['sku', 'name', 'description'],
    inputs: [
      { input: 'name', column: 'name' },
      { input: 'text', column: 'description' },
    ],
    outputColumn: 'ai_output',
    answerColumns: null,
    output: { format: 'csv', delimiter: ',', gzip: false },
  },
  savedSettings: {
    options: { fabric: 'product-description', maxCost: 5, alertFinish: true, log: 'run.log' },
    withheld: ['alert'],
    limits: {
      ...{ rate: { calls: 300, perMs: 1_000 }, concurrency: 50 },
      ...{ batchSize: 50, attempts: 3, timeoutMs: 60_000 },
    },
  },
  from: START,
};
