import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Checkpoint, positionOf } from '../checkpoint/checkpoint-file.js';
import { fileSource } from '../rows/byte-source.js';
import { countRows } from '../rows/count-rows.js';
import { FORMATS, isGzipName } from '../rows/format.js';
import type { SavedSettings } from './saved-settings.js';

/** So much of an input is read to count its rows: a tenth of a second or two. Of more, bytes tell how far it is. */
const COUNTED_BYTES = 64 * 1024 * 1024;

/** Numbers of rows, by the input and its state. */
export type CountedRows = Map<string, number>;

/** How far a run is. */
export interface RowsToDo {
  /** Rows that there are; null where nobody knows without reading a large file. */
  readonly total: number | null;
  /** Of the input that is done, 0 to 1; null where nobody knows. */
  readonly share: number | null;
}

const UNKNOWN: RowsToDo = { total: null, share: null };

/** Counts the rows that are left where that is quick, and goes by bytes where it is not. */
export async function rowsToDo(
  output: string,
  { input, limit }: SavedSettings,
  checkpoint: Checkpoint,
  counted: CountedRows = new Map(),
): Promise<RowsToDo> {
  const { rowsCommitted: done, state } = checkpoint;
  if (state === 'finished') return { total: done, share: 1 };
  const found =
    input === undefined ? UNKNOWN : await lookAtInput(join(dirname(output), input), checkpoint, counted);
  const total = found.total === null ? null : Math.min(found.total, limit ?? found.total);
  if (total !== null) return { total, share: total === 0 ? 1 : Math.min(1, done / total) };
  return limit === undefined ? found : { total: null, share: Math.max(found.share ?? 0, done / limit) };
}

async function lookAtInput(path: string, checkpoint: Checkpoint, counted: CountedRows): Promise<RowsToDo> {
  const found = await stat(path).catch(() => undefined);
  const size = found?.size;
  const { inputOffset, identity } = checkpoint;
  // The offset in a compressed file is one of its text.
  if (isGzipName(path)) return UNKNOWN;
  const share = bytesShare(inputOffset, size ?? checkpoint.inputStat?.size);
  if (size === undefined || size - inputOffset > COUNTED_BYTES) return { total: null, share };
  const state = `${path} ${size} ${found?.mtimeMs}`;
  const known = counted.get(state);
  if (known !== undefined) return { total: known, share };
  const format = FORMATS.find((known) => known === formatOf(identity.input)) ?? 'csv';
  try {
    const position = positionOf(checkpoint);
    const total = await countRows(fileSource(path, false), format, position, new AbortController().signal);
    counted.set(state, total);
    return { total, share };
  } catch {
    // It cannot be read just now: how far it is can be told all the same.
    return { total: null, share };
  }
}

function bytesShare(offset: number, size: number | undefined): number | null {
  return size === undefined || size === 0 ? null : Math.min(1, offset / size);
}

function formatOf(input: Checkpoint['identity'][string] | undefined): unknown {
  return typeof input === 'object' && input !== null && 'format' in input ? input.format : undefined;
}
