import { rename } from 'node:fs/promises';
import { openAppendFile } from '../../checkpoint/append-file.js';
import { type Checkpoint, writeCheckpoint } from '../../checkpoint/checkpoint-file.js';
import type { Vouched } from '../../checkpoint/file-sum.js';
import { widenedOutput } from '../../checkpoint/folder.js';
import { checkOutput } from '../../checkpoint/output-damaged.js';
import { syncFolder } from '../../checkpoint/replace-file.js';
import { fileSource } from '../../rows/byte-source.js';
import { readRows } from '../../rows/read-rows.js';
import { START } from '../../rows/row.js';
import { recordWriter } from '../../rows/row-encoder.js';
import { placeNames } from '../plan/filled-columns.js';
import type { Plan } from '../plan/plan.js';

/** Where the partial output and its successor are, both in the checkpoint's folder. */
interface Places {
  readonly folder: string;
  readonly partial: string;
}

const ROWS_A_BLOCK = 1_000;

/**
 * Gives the output of a run that goes on, a CSV made of JSONL rows, the columns that the input's new rows brought:
 * behind those of the input's other rows, empty in all rows that are done, as if the run had known of them from its
 * first row on. What has been paid for stays.
 *
 * The order makes it safe against a crash: the wider file is written and flushed beside the partial output, then the
 * checkpoint that vouches for it is saved, then it takes the other's place; `endWidening` makes up for that.
 */
export async function widenOutput(
  checkpoint: Checkpoint,
  narrower: readonly string[],
  plan: Plan,
  { folder, partial }: Places,
): Promise<Checkpoint> {
  const identity = { ...checkpoint.identity, columns: [...plan.columns] };
  if (checkpoint.outputOffset === 0) return { ...checkpoint, identity };
  const { gzip } = plan.output;
  const { outputOffset: before, outputSum } = checkpoint;
  await (await openAppendFile(partial, before, gzip, outputSum)).close();
  await checkOutput(partial, folder, checkpoint);
  const { bytes: outputOffset, ...sum } = await writeWider(partial, widenedOutput(folder), narrower, plan);
  const widened: Checkpoint = {
    ...checkpoint,
    state: 'running',
    identity,
    outputOffset,
    outputSum: sum,
  };
  await writeCheckpoint(folder, { ...widened, isWidened: true });
  return endWidening({ ...widened, isWidened: true }, { folder, partial });
}

/** Lets the wider output take the place of the partial one, where a checkpoint vouches for it and it has not yet. */
export async function endWidening(checkpoint: Checkpoint, { folder, partial }: Places): Promise<Checkpoint> {
  const { isWidened, ...ended } = checkpoint;
  if (isWidened !== true) return checkpoint;
  await rename(widenedOutput(folder), partial).catch((error: NodeJS.ErrnoException) => {
    // It has taken that place already.
    if (error.code !== 'ENOENT') throw error;
  });
  await syncFolder(folder);
  return ended;
}

/** Each record, the header among them, with cells for the new columns. */
async function writeWider(
  from: string,
  to: string,
  narrower: readonly string[],
  plan: Plan,
): Promise<Vouched> {
  const { outputLayout, columns } = plan;
  const { gzip } = plan.output;
  const added = columns.slice(narrower.length);
  const empty = added.map(() => '');
  const before = [...narrower, ...placeNames(plan).filter((name) => !narrower.includes(name))];
  const write = recordWriter(outputLayout);
  const wider = await openAppendFile(to, 0, gzip);
  try {
    for await (const { rows } of readRows(fileSource(from, gzip), outputLayout, {
      columns: before,
      from: START,
      blockRows: ROWS_A_BLOCK,
      badRows: 'stop',
    })) {
      for (const row of rows) {
        if (row.kind !== 'cells') continue;
        const cells = [...row.cells];
        cells.splice(narrower.length, 0, ...(row.number === 1 ? added : empty));
        await wider.append(write(cells));
      }
    }
    const written = await wider.write();
    await wider.sync();
    return written;
  } finally {
    await wider.close();
  }
}
