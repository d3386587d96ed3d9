import { stat } from 'node:fs/promises';
import { type Checkpoint, positionOf } from '../../checkpoint/checkpoint-file.js';
import { ExactNumber } from '../../json/exact-number.js';
import { fileSource } from '../../rows/byte-source.js';
import { countRows } from '../../rows/count-rows.js';
import { INPUT_FORMATS, isGzipName } from '../../rows/format.js';
import { lookAt } from '../../rows/look.js';
import type { JsonObject } from '../../rows/row.js';
import { quotingOfSaved } from '../plan/written-as.js';
import type { KeptOptions } from '../saved/option-keeping.js';
import { limitGiven } from '../settings/settings-of-options.js';
import { withoutUndefined } from '../settings/without-undefined.js';

/** Larger rests of an input are not read to count their rows (0.1 to 0.2 s); progress is then a share of bytes. */
const COUNTED_BYTES = 64 * 1024 * 1024;

/** Numbers of rows, by the input and its state. */
export type CountedRows = Map<string, number>;

/** How far a run is. */
export interface RowsToDo {
  /** Rows of the input; null where counting them would take reading a large file. */
  readonly total: number | null;
  /** Share of the input that is done, 0 to 1; null where it is unknown. */
  readonly share: number | null;
}

const UNKNOWN: RowsToDo = { total: null, share: null };

/** Counts the rows that are left where that is quick, and goes by bytes where it is not. */
export async function rowsToDo(
  options: KeptOptions,
  checkpoint: Checkpoint,
  counted: CountedRows = new Map(),
): Promise<RowsToDo> {
  const { rowsCommitted: done, state } = checkpoint;
  if (state === 'finished') return { total: done, share: 1 };
  const { input } = options;
  const { limit } = limitGiven(options);
  const found = input === undefined ? UNKNOWN : await lookAtInput(input, checkpoint, counted);
  const total = found.total === null ? null : Math.min(found.total, limit ?? found.total);
  if (total !== null) return { total, share: total === 0 ? 1 : Math.min(1, done / total) };
  return limit === undefined ? found : { total: null, share: Math.max(found.share ?? 0, done / limit) };
}

async function lookAtInput(path: string, checkpoint: Checkpoint, counted: CountedRows): Promise<RowsToDo> {
  const found = await stat(path).catch(() => undefined);
  const size = found?.size;
  const { inputOffset, identity } = checkpoint;
  const { format, encoding, delimiter, skipLines } = inputOf(identity.input);
  // The offset in a compressed file is one of its text, and so is that in one of another encoding.
  if (isGzipName(path) || typeof encoding === 'string') return UNKNOWN;
  const share = bytesShare(inputOffset, size ?? checkpoint.inputStat?.size);
  if (size === undefined || size - inputOffset > COUNTED_BYTES) return { total: null, share };
  const state = `${path} ${size} ${found?.mtimeMs}`;
  const known = counted.get(state);
  if (known !== undefined) return { total: known, share };
  try {
    const position = positionOf(checkpoint);
    const source = fileSource(path, false);
    const { layout } = await lookAt(source, {
      format: INPUT_FORMATS.find((known) => known === format) ?? 'csv',
      ...withoutUndefined({
        delimiter: typeof delimiter === 'string' ? delimiter : undefined,
        skipLines: typeof skipLines === 'number' ? skipLines : undefined,
        quoting: quotingOfSaved(identity.input),
      }),
    });
    const total = await countRows(source, layout, position, new AbortController().signal);
    counted.set(state, total);
    return { total, share };
  } catch {
    // An input that cannot be read now still has a share by its bytes.
    return { total: null, share };
  }
}

function bytesShare(offset: number, size: number | undefined): number | null {
  return size === undefined || size === 0 ? null : Math.min(1, offset / size);
}

function inputOf(input: Checkpoint['identity'][string] | undefined): JsonObject {
  const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
  return isObject && !(input instanceof ExactNumber) ? input : {};
}
