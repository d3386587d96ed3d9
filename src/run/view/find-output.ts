import { stat } from 'node:fs/promises';
import { type Checkpoint, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { checkpointFolder, partialOutput, usualDeadLetters } from '../../checkpoint/folder.js';
import { type Processes, readLockHolder } from '../../checkpoint/lock.js';
import { RunTally } from '../../monitor/run-tally.js';
import { inputKindOfName } from '../../rows/format.js';
import type { LookOptions } from '../../rows/look.js';
import { runStateOf } from '../inspect/state.js';
import { quotingOfSaved } from '../plan/written-as.js';
import { identityOfRun, type RunIdentity } from '../retry/run-identity.js';
import { savedSettingsOf } from '../saved/saved-settings.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { Bounds } from './bounded-source.js';

/** Whose rows are looked at. */
export interface ViewedOutput {
  readonly output: string;
  readonly checkpoint?: string;
  readonly deadLetters?: string;
}

/** The file that has an output's rows now. */
export interface FoundOutput {
  /** Changes when other rows stand in it than before, and not when more do. */
  readonly key: string;
  readonly path: string;
  readonly gzip: boolean;
  readonly look: LookOptions;
  /** Its size; of what is not compressed. */
  readonly size: number | undefined;
  /** Rows that stand in it for good, and their bytes in a file that is not compressed. Undefined: all. */
  readonly committed: { readonly rows: number; readonly bytes: number } | undefined;
  readonly letters: Bounds;
  readonly run: FoundRun | undefined;
}

export interface FoundRun {
  readonly fabric: string;
  readonly state: string;
  readonly isLive: boolean;
  readonly identity: RunIdentity;
}

/**
 * Finds where the rows of an output are: under its name, or in the checkpoint of a run that is not finished.
 *
 * @throws SetUpError where they are nowhere; CheckpointError
 */
export async function findOutput(viewed: ViewedOutput, processes: Processes): Promise<FoundOutput> {
  const { output } = viewed;
  const folder = checkpointFolder(output, viewed.checkpoint);
  // Read the lock first: a finishing run saves its state before it releases the lock.
  const holder = await readLockHolder(folder, processes);
  const run = await readCheckpoint(folder);
  if (run === undefined) return findWithoutRun(viewed);
  const path = run.state === 'finished' ? output : partialOutput(folder);
  const identity = identityOfRun(run);
  const { format, delimiter, gzip } = identity.output;
  const quoting = quotingOfSaved(run.identity.output);
  const state = runStateOf(run, new RunTally(run.counts).failed, holder);
  const isFinished = run.state === 'finished';
  const found = await fileBehind(path, output);
  if (isFinished && found === undefined)
    throw new SetUpError(
      `${output} is not there: its run is finished, and the file was moved or removed since`,
    );
  return {
    // A partial output keeps its number when it gets its name.
    key: `${run.runId} ${run.retriedBy ?? ''} ${found?.dev}:${found?.ino}${isFinished ? editOf(found, run) : ''}`,
    path: found?.path ?? path,
    gzip,
    size: gzip ? undefined : isFinished ? found?.size : run.outputOffset,
    look: {
      format,
      ...(format === 'jsonl' ? {} : { delimiter }),
      ...(quoting === undefined ? {} : { quoting }),
    },
    committed: isFinished ? undefined : { rows: run.outputRows ?? 0, bytes: run.outputOffset },
    letters: {
      path: viewed.deadLetters ?? lettersOf(run, output),
      bytes: isFinished ? undefined : run.deadLettersOffset,
    },
    run: { fabric: String(run.identity.fabric ?? ''), state, isLive: state === 'running', identity },
  };
}

async function findWithoutRun({ output, checkpoint, deadLetters }: ViewedOutput): Promise<FoundOutput> {
  const kind = inputKindOfName(output);
  const found = await stat(output).catch(() => undefined);
  if (found === undefined || !found.isFile()) {
    const folder = checkpointFolder(output, checkpoint);
    throw new SetUpError(
      found === undefined
        ? `there are no rows of ${output}: neither the file nor a run in ${folder} is there (see --checkpoint)`
        : `${output} is not a plain file`,
    );
  }
  if (kind === undefined)
    throw new SetUpError(
      `${output}: its name does not tell its format (.csv, .tsv, .jsonl or .json, also with .gz)`,
    );
  return {
    key: `${found.dev}:${found.ino} ${found.size} ${found.mtimeMs}`,
    path: output,
    gzip: kind.gzip,
    look: { format: kind.format },
    size: kind.gzip ? undefined : found.size,
    committed: undefined,
    letters: { path: deadLetters ?? usualDeadLetters(output), bytes: undefined },
    run: undefined,
  };
}

/** Somebody may write into a finished output, in the same file: its rows are in other places then. */
function editOf(
  found: { readonly size: number; readonly mtimeMs: number } | undefined,
  { outputOffset, savedAt }: Checkpoint,
): string {
  if (found === undefined) return '';
  const { size, mtimeMs } = found;
  return size === outputOffset && Math.floor(mtimeMs) <= Date.parse(savedAt) ? '' : ` ${size} ${mtimeMs}`;
}

/** The file at a path, or, where a run that ends has just given it its name, under that. */
async function fileBehind(path: string, output: string) {
  for (const one of [path, output]) {
    const found = await stat(one).catch(() => undefined);
    if (!found?.isFile()) continue;
    const { dev, ino, size, mtimeMs } = found;
    return { path: one, dev, ino, size, mtimeMs };
  }
  return undefined;
}

function lettersOf(run: Checkpoint, output: string): string {
  return savedSettingsOf(run, output).options.deadLetters ?? usualDeadLetters(output);
}
