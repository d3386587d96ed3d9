import { readdir, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, CheckpointError, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { CHECKPOINT_SUFFIX, checkpointFile, isOwnFile, retryFolder } from '../../checkpoint/folder.js';
import { LockHeldError, type Processes, readLockHolder, takeLock } from '../../checkpoint/lock.js';
import { RunTally } from '../../monitor/run-tally.js';
import { readBatches } from '../inspect/batches.js';
import { SetUpError } from '../settings/set-up-error.js';

/** A checkpoint that can go: nothing that can still be done needs it. */
export interface OldCheckpoint {
  readonly output: string;
  readonly checkpoint: string;
  /** When its run was finished; RFC 3339. */
  readonly savedAt: string;
  readonly bytes: number;
}

/** A checkpoint that stays, and why. */
export interface KeptCheckpoint {
  readonly checkpoint: string;
  readonly reason: KeptReason;
}

export type KeptReason =
  | 'running'
  | 'unfinished'
  | 'retry unfinished'
  | 'batches out'
  | 'unreadable'
  | 'newer'
  /** Without a checkpoint, `batchai retry` cannot try them again. */
  | 'failed rows'
  /** Without output and checkpoint, `--resume` would start over and pay again. */
  | 'output gone';

/** Which checkpoints are to go. */
export interface OldEnough {
  /** Of a run that was finished longer ago, in ms. */
  readonly olderThanMs: number;
  /** `all`: also those of runs with failed rows, or without an output. */
  readonly of: 'whole outputs' | 'all';
}

export interface UpkeepContext {
  readonly processes: Processes;
  /** ms since 1970. */
  readonly wallNow: () => number;
}

export interface FoundCheckpoints {
  readonly old: readonly OldCheckpoint[];
  readonly kept: readonly KeptCheckpoint[];
}

/**
 * Looks at the checkpoints that lie in a folder under the usual names, not in the folders below it, and touches none.
 *
 * @throws SetUpError where there is no such folder.
 */
export async function findOldCheckpoints(
  folder: string,
  wanted: OldEnough,
  context: UpkeepContext,
): Promise<FoundCheckpoints> {
  const old: OldCheckpoint[] = [];
  const kept: KeptCheckpoint[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => {
    throw new SetUpError(`there is no folder ${folder}`);
  });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  for (const name of names.sort()) {
    if (!name.endsWith(CHECKPOINT_SUFFIX) || name === CHECKPOINT_SUFFIX) continue;
    const checkpoint = join(folder, name);
    if (!(await exists(checkpointFile(checkpoint)))) continue;
    const found = await look(checkpoint, wanted, context);
    if ('reason' in found) kept.push(found);
    else old.push(found);
  }
  return { old, kept };
}

/**
 * Removes a checkpoint as it was found, with the run's lock taken. Files of others in its folder stay, and the folder
 * with them. What a crash leaves of it is still the checkpoint of a finished run.
 *
 * @returns `kept`: another process has worked on the run meanwhile.
 */
export async function removeCheckpoint(
  { checkpoint: folder, savedAt }: OldCheckpoint,
  { processes }: UpkeepContext,
): Promise<'removed' | 'kept'> {
  try {
    const lock = await takeLock(folder, processes);
    try {
      const found = await readCheckpoint(folder);
      if (found?.state !== 'finished' || found.savedAt !== savedAt) return 'kept';
      const own = (await readdir(folder)).filter(
        (name) => isOwnFile(name) && !/^(lock|checkpoint)/.test(name),
      );
      for (const name of own) await rm(join(folder, name), { recursive: true, force: true });
      await rm(checkpointFile(folder), { force: true });
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (error instanceof LockHeldError || error instanceof CheckpointError) return 'kept';
    throw error;
  }
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  });
  return 'removed';
}

async function look(
  folder: string,
  wanted: OldEnough,
  context: UpkeepContext,
): Promise<OldCheckpoint | KeptCheckpoint> {
  const kept = (reason: KeptReason): KeptCheckpoint => ({ checkpoint: folder, reason });
  const output = folder.slice(0, -CHECKPOINT_SUFFIX.length);
  // Read the lock first: a finishing run saves its state before it releases the lock.
  const holder = await readLockHolder(folder, context.processes);
  if (holder?.isAlive) return kept('running');
  try {
    const checkpoint = await readCheckpoint(folder);
    if (checkpoint?.state !== 'finished') return kept('unfinished');
    const retry = await readCheckpoint(retryFolder(folder));
    if (retry !== undefined && retry.state !== 'finished') return kept('retry unfinished');
    const batches = await readBatches(folder, context.wallNow());
    if (batches !== undefined && batches.out.length + batches.waiting > 0) return kept('batches out');
    if (!(context.wallNow() - Date.parse(checkpoint.savedAt) > wanted.olderThanMs)) return kept('newer');
    if (wanted.of !== 'all') {
      if (hasFailedRows(checkpoint)) return kept('failed rows');
      if (!(await exists(output))) return kept('output gone');
    }
    return { output, checkpoint: folder, savedAt: checkpoint.savedAt, bytes: await bytesOf(folder) };
  } catch (error) {
    if (error instanceof CheckpointError) return kept('unreadable');
    throw error;
  }
}

function hasFailedRows({ counts }: Checkpoint): boolean {
  return new RunTally(counts).failed > 0;
}

/** Of the files that would go. */
async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of (await readdir(folder)).filter(isOwnFile)) {
    const below = await readdir(join(folder, name), { recursive: true }).catch(() => []);
    for (const path of [name, ...below.map((file) => join(name, file))]) {
      const found = await stat(join(folder, path)).catch(() => undefined);
      if (found?.isFile()) bytes += found.size;
    }
  }
  return bytes;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
