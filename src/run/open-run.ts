import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AnswerMemory } from '../batch/answer-memory.js';
import { openLazyFile } from '../checkpoint/append-file.js';
import { type Checkpoint, firstCheckpoint, readCheckpoint } from '../checkpoint/checkpoint-file.js';
import { LockHeldError, takeLock } from '../checkpoint/lock.js';
import { flush, publish } from '../checkpoint/publish.js';
import { openRunStore, type RunStore } from '../checkpoint/run-store.js';
import { streamStore } from '../checkpoint/stream-store.js';
import { RunTally } from '../monitor/run-tally.js';
import type { Plan } from './plan.js';
import { isOwnFile } from './plan-beginning.js';
import type { Questions } from './question.js';
import { runResultEncoder } from './result-encoder.js';
import { resumedSettings } from './saved-settings.js';
import type { RunStop } from './stop.js';
import { endWidening, widenOutput } from './widen-output.js';
import { type RunWorld, savedWatch } from './world.js';

/** A run whose lock is taken and whose files are open. */
export interface OpenedRun {
  readonly store: RunStore;
  /** The answers so far; undefined where rows share none. */
  readonly memory: AnswerMemory | undefined;
  /** Of what is committed. */
  readonly tally: RunTally;
  /** As it was when the run was opened. */
  readonly checkpoint: Checkpoint;
  close(): Promise<void>;
}

/**
 * Takes the lock and opens the files of a run: new ones, or those of the checkpoint, from which rows that ask the
 * same have their answers.
 *
 * @throws LockHeldError
 */
export async function openRun(
  plan: Plan,
  { questionOf }: Pick<Questions, 'questionOf'>,
  stop: RunStop,
  world: RunWorld,
): Promise<OpenedRun> {
  let checkpoint =
    plan.beginning.kind === 'new'
      ? firstCheckpoint({ ...plan, noCounts: new RunTally().snapshot() }, world.clock)
      : {
          ...plan.beginning.checkpoint,
          settings: resumedSettings(plan.beginning.checkpoint.settings, plan.savedSettings),
        };
  const tally = new RunTally(checkpoint.counts);
  const memory = plan.sharesAnswers ? new AnswerMemory() : undefined;
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
    return { store, memory, tally, checkpoint, close: () => store.close() };
  }
  const isFresh = (await mkdir(folder, { recursive: true })) !== undefined;
  const lock = await takeLock(folder, world.processes);
  const partial = join(folder, 'output.partial');
  try {
    await checkStillAsPlanned(plan, folder);
    if (plan.beginning.kind === 'new') await discard(folder);
    else checkpoint = await goOn(checkpoint, plan, path, { folder, partial });
    const store = await openRunStore(checkpoint, {
      folder,
      outputPath: partial,
      compressed: plan.output.gzip,
      deadLettersPath: deadLetters,
      encoder,
      tally,
      questionOf,
      ...(memory === undefined ? {} : { memory }),
      inputStat: plan.input.stat,
      publish: (rows) => {
        checkNothingLost(tally, rows);
        return publish(partial, path);
      },
      ...savedWatch(world),
      now: () => world.clock.now(),
      wallNow: () => world.clock.wallNow(),
      onFailure: (error) => stop.request({ kind: 'failure', error }),
    });
    const close = async () => {
      await store.close();
      await lock.release();
    };
    return { store, memory, tally, checkpoint, close };
  } catch (error) {
    // Where somebody else has worked in it since, the folder is theirs.
    if (isFresh && !(error instanceof LockHeldError)) await rm(folder, { recursive: true, force: true });
    else await lock.release();
    throw error;
  }
}

/** Between the plan and the lock another process may have begun, continued or finished this run. */
async function checkStillAsPlanned({ beginning }: Plan, folder: string): Promise<void> {
  const planned = beginning.kind === 'new' ? beginning.replaces : beginning.checkpoint.savedAt;
  const found = (await readCheckpoint(folder).catch(() => undefined))?.savedAt;
  if (found !== planned)
    throw new LockHeldError(`another process has just worked on this run (${folder}); start again`);
}

/** Rows in = rows answered + rows failed. Nobody should have to find out weeks later. */
function checkNothingLost({ succeeded, failed }: RunTally, rows: number): void {
  if (succeeded + failed === rows) return;
  throw new Error(
    `${rows} rows were read, but ${succeeded + failed} are accounted for: this is a bug in batchai; the checkpoint is kept`,
  );
}

/** What an earlier run left goes; nothing else that may lie there does. An existing output stays until the new one is whole. */
async function discard(folder: string): Promise<void> {
  await rm(join(folder, 'checkpoint.json'), { force: true });
  for (const name of await readdir(folder)) {
    if (isOwnFile(name) && !name.startsWith('lock'))
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** Makes the partial output of a checkpoint ready to be written on. */
async function goOn(
  found: Checkpoint,
  plan: Plan,
  path: string,
  places: { readonly folder: string; readonly partial: string },
): Promise<Checkpoint> {
  const { beginning } = plan;
  const checkpoint = await endWidening(found, places);
  await bringBack(checkpoint, path, places.partial);
  const narrower = beginning.kind === 'resume' ? beginning.narrower : undefined;
  return narrower === undefined ? checkpoint : widenOutput(checkpoint, narrower, plan, places);
}

/**
 * Makes the partial output of a checkpoint out of the published one, where it was published: the run was
 * finished and its input grew, or it was killed between publishing and saying so.
 */
async function bringBack(checkpoint: Checkpoint, output: string, partial: string): Promise<void> {
  if (checkpoint.state === 'running' || (await stat(partial).catch(() => undefined)) !== undefined) return;
  const copy = `${partial}.copy`;
  await copyFile(output, copy, constants.COPYFILE_FICLONE);
  await flush(copy);
  await rename(copy, partial);
}
