import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ZodType } from 'zod';
import type { JsonObject, Position } from '../rows/row.js';
import type { FileSum, Vouched } from './file-sum.js';
import { checkpointFile } from './folder.js';
import type { InputStat } from './input-stat.js';
import { replaceFile } from './replace-file.js';

export const CHECKPOINT_VERSION = 1;

/** What `checkpoint.json` holds. It never holds more because more was done. */
export interface Checkpoint {
  readonly version: typeof CHECKPOINT_VERSION;
  /** Made up once per run; with a row's number it makes the Idempotency-Key of its calls. */
  readonly runId: string;
  /** `finishing`: all rows are committed, and the output is about to appear under its name. */
  readonly state: 'running' | 'finishing' | 'finished';
  /** What must be the same for the run to go on: input's layout, fabric, columns, output's layout. */
  readonly identity: JsonObject;
  /** The run's settings, from which a retry starts. They hold no secret. */
  readonly settings: JsonObject;
  readonly rowsCommitted: number;
  readonly inputOffset: number;
  readonly inputLine: number;
  /** CRC-32 of the input's first `inputOffset` bytes. */
  readonly inputCrc: number;
  /** Undefined for a stream. */
  readonly inputStat?: InputStat;
  /** How far the run is where not all of it is in the output yet; a resumed run begins with what is. */
  readonly ahead?: Progress;
  readonly outputOffset: number;
  /** Of the output's first `outputOffset` bytes; not there in a checkpoint of an older version. */
  readonly outputSum?: FileSum;
  /** Rows that stand in those; not there in a checkpoint of an older version. */
  readonly outputRows?: number;
  readonly deadLettersOffset: number;
  /** The same of the dead letters. */
  readonly deadLettersSum?: FileSum;
  /** Bytes of questions and answers that the run's memory had room for, where rows may share answers. */
  readonly memoryBytes?: number;
  /** As the run's tally gave them. */
  readonly counts: JsonObject;
  /** Spent on the run so far, in ms, without the time between an interruption and the next start. */
  readonly elapsedMs: number;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly savedAt: string;
  /** What it vouches for is a wider output that is about to take the place of the partial one. */
  readonly isWidened?: true;
  /** The retry whose answers were put into the output last. */
  readonly retriedBy?: string;
}

/** How far a run is. */
export type Progress = Pick<Checkpoint, 'rowsCommitted' | 'inputOffset' | 'counts'>;

/** A checkpoint for whoever shows how far the run is: with rows whose answers are safe, but not in the output yet. */
export function asFarAsItIs({ ahead, ...checkpoint }: Checkpoint): Checkpoint {
  return { ...checkpoint, ...ahead };
}

/** The checkpoint of a run that begins. */
export function firstCheckpoint(
  run: { identity: JsonObject; savedSettings: JsonObject; from: Position; noCounts: JsonObject },
  clock: { wallNow(): number },
): Checkpoint {
  const now = new Date(clock.wallNow()).toISOString();
  return {
    version: CHECKPOINT_VERSION,
    runId: randomUUID(),
    state: 'running',
    identity: run.identity,
    settings: run.savedSettings,
    rowsCommitted: 0,
    inputOffset: run.from.offset,
    inputLine: run.from.line,
    inputCrc: run.from.crc,
    outputOffset: 0,
    outputRows: 0,
    deadLettersOffset: 0,
    counts: run.noCounts,
    elapsedMs: 0,
    startedAt: now,
    savedAt: now,
  };
}

/**
 * A checkpoint that cannot be resumed: damaged, or of another version.
 *
 * @example
 * if (error instanceof CheckpointError) console.error(`${error.message} (or run with overwrite: true)`);
 */
export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly kind = 'checkpoint';
}

/**
 * The checkpoint in a folder, or undefined where there is none.
 *
 * @throws CheckpointError where it is damaged or of another version.
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint | undefined> {
  const path = checkpointFile(folder);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
  const damaged = new CheckpointError(`${path} is damaged; --overwrite starts the run over`);
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw damaged;
  }
  if (typeof found !== 'object' || found === null) throw damaged;
  if (!('version' in found) || found.version !== CHECKPOINT_VERSION) {
    throw new CheckpointError(
      `${path} was written by another version of batchai; go on with that, or start over with --overwrite`,
    );
  }
  // A run that begins has none, and does not wait for the schemas to load.
  const { checkpointForm } = await import('./checkpoint-form.js');
  if (!isCheckpoint(found, checkpointForm)) throw damaged;
  return found;
}

function isCheckpoint(value: object, form: ZodType): value is Checkpoint {
  return form.safeParse(value).success;
}

export function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  return replaceFile(checkpointFile(folder), `${JSON.stringify(checkpoint, null, 1)}\n`);
}

/** What a checkpoint says of its files once they are written so far. */
export function vouchedFiles(
  { bytes, ...outputSum }: Vouched,
  letters: Vouched,
): Pick<Checkpoint, 'outputOffset' | 'outputSum' | 'deadLettersOffset' | 'deadLettersSum'> {
  const { bytes: deadLettersOffset, ...deadLettersSum } = letters;
  return { outputOffset: bytes, outputSum, deadLettersOffset, deadLettersSum };
}

/** The input position that a checkpoint vouches for. */
export function positionOf(checkpoint: Checkpoint): Position {
  return {
    offset: checkpoint.inputOffset,
    row: checkpoint.rowsCommitted,
    line: checkpoint.inputLine,
    crc: checkpoint.inputCrc,
  };
}
