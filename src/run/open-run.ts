import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openLazyFile } from '../checkpoint/append-file.js';
import { CHECKPOINT_VERSION, type Checkpoint } from '../checkpoint/checkpoint-file.js';
import { takeLock } from '../checkpoint/lock.js';
import { syncFolder } from '../checkpoint/replace-file.js';
import { openRunStore, type RunStore } from '../checkpoint/run-store.js';
import { streamStore } from '../checkpoint/stream-store.js';
import { RunTally } from '../monitor/run-tally.js';
import type { Plan } from './plan.js';
import { runResultEncoder } from './result-encoder.js';
import type { RunWorld } from './run-rows.js';
import type { RunStop } from './stop.js';

/** A run whose lock is taken and whose files are open. */
export interface OpenedRun {
  readonly store: RunStore;
  /** Of what is committed. */
  readonly tally: RunTally;
  /** As it was when the run was opened. */
  readonly checkpoint: Checkpoint;
  close(): Promise<void>;
}

/**
 * Takes the lock and opens the files of a run: new ones, or those of the checkpoint.
 *
 * @throws LockHeldError
 */
export async function openRun(plan: Plan, stop: RunStop, world: RunWorld): Promise<OpenedRun> {
  const checkpoint = plan.beginning.kind === 'new' ? firstCheckpoint(plan, world) : plan.beginning.checkpoint;
  const tally = new RunTally(checkpoint.counts);
  const encoder = runResultEncoder(plan, () => world.clock.wallNow());
  const { path, checkpoint: folder, deadLetters } = plan.output;
  if (path === undefined || folder === undefined) {
    world.standardOutput.on('error', (error) => stop.request({ kind: 'failure', error }));
    const store = await streamStore(
      world.standardOutput,
      await openLazyFile(deadLetters, 0),
      encoder,
      tally,
      (rows) => checkNothingLost(tally, rows),
    );
    return { store, tally, checkpoint, close: () => store.close() };
  }
  const isFresh = (await mkdir(folder, { recursive: true })) !== undefined;
  const lock = await takeLock(folder, world.processes);
  const partial = join(folder, 'output.partial');
  try {
    if (plan.beginning.kind === 'new') await discard(folder);
    else await bringBack(checkpoint, path, partial);
    const store = await openRunStore(checkpoint, {
      folder,
      outputPath: partial,
      compressed: plan.output.gzip,
      deadLettersPath: deadLetters,
      encoder,
      tally,
      inputStat: plan.input.stat,
      publish: (rows) => {
        checkNothingLost(tally, rows);
        return publish(partial, path);
      },
      now: () => world.clock.now(),
      wallNow: () => world.clock.wallNow(),
      onFailure: (error) => stop.request({ kind: 'failure', error }),
    });
    const close = async () => {
      await store.close();
      await lock.release();
    };
    return { store, tally, checkpoint, close };
  } catch (error) {
    await lock.release();
    if (isFresh) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

function firstCheckpoint(plan: Plan, world: RunWorld): Checkpoint {
  const now = new Date(world.clock.wallNow()).toISOString();
  return {
    version: CHECKPOINT_VERSION,
    runId: randomUUID(),
    state: 'running',
    identity: plan.identity,
    settings: plan.savedSettings,
    rowsCommitted: 0,
    inputOffset: plan.from.offset,
    inputLine: plan.from.line,
    inputCrc: plan.from.crc,
    outputOffset: 0,
    deadLettersOffset: 0,
    counts: new RunTally().snapshot(),
    elapsedMs: 0,
    startedAt: now,
    savedAt: now,
  };
}

/** Rows in = rows answered + rows failed. Nobody should have to find out weeks later. */
function checkNothingLost({ succeeded, failed }: RunTally, rows: number): void {
  if (succeeded + failed === rows) return;
  throw new Error(
    `${rows} rows were read, but ${succeeded + failed} are accounted for: this is a bug in batchai; the checkpoint is kept`,
  );
}

/** What an earlier run left goes, but for the lock, which is ours. An existing output stays until the new one is whole. */
async function discard(folder: string): Promise<void> {
  await rm(join(folder, 'checkpoint.json'), { force: true });
  for (const name of await readdir(folder)) {
    if (name !== 'lock') await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Makes the partial output of a checkpoint out of the published one, where it was published: the run was
 * finished and its input grew, or it was killed between publishing and saying so.
 */
async function bringBack(checkpoint: Checkpoint, output: string, partial: string): Promise<void> {
  if (checkpoint.state === 'running' || (await stat(partial).catch(() => undefined)) !== undefined) return;
  const copy = `${partial}.copy`;
  await copyFile(output, copy, constants.COPYFILE_FICLONE);
  await rename(copy, partial);
}

/** Makes the partial output appear under its name, at once and for good. */
async function publish(partial: string, output: string): Promise<void> {
  try {
    await rename(partial, output);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    // The checkpoint was put on another disk.
    const beside = `${output}.partial`;
    await copyFile(partial, beside);
    await rename(beside, output);
    await rm(partial);
  }
  await syncFolder(dirname(output));
}
