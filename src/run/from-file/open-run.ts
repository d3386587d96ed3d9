import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AnswerMemory } from '../../batch/answer-memory.js';
import { openLazyFile } from '../../checkpoint/append-file.js';
import {
  type Checkpoint,
  CheckpointError,
  firstCheckpoint,
  readCheckpoint,
} from '../../checkpoint/checkpoint-file.js';
import { checkpointFile, copiedOutput, isOwnFile, partialOutput } from '../../checkpoint/folder.js';
import { LockHeldError, takeLock } from '../../checkpoint/lock.js';
import { flush, publish } from '../../checkpoint/publish.js';
import { syncFolder } from '../../checkpoint/replace-file.js';
import { openRunStore } from '../../checkpoint/run-store.js';
import type { WrittenRows } from '../../checkpoint/store-options.js';
import { streamStore } from '../../checkpoint/stream-store.js';
import { objectOfAnswer } from '../../fabric/answer/object-in-text.js';
import { RunTally, UNREADABLE } from '../../monitor/run-tally.js';
import { counted, formatCount } from '../../wording/wording.js';
import { type RunContext, savedWatch } from '../control/context.js';
import type { RunStop } from '../control/stop.js';
import { type EncodingListeners, runResultEncoder } from '../outcome/result-encoder.js';
import { once } from '../pipeline/once.js';
import type { OpenedRun } from '../pipeline/opened-run.js';
import type { Plan } from '../plan/plan.js';
import type { Questions } from '../reuse/dedupe-key.js';
import { endWidening, widenOutput } from './widen-output.js';

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
  context: RunContext,
): Promise<OpenedRun> {
  let checkpoint =
    plan.beginning.kind === 'new'
      ? firstCheckpoint({ ...plan, noCounts: new RunTally().snapshot() }, context.clock)
      : { ...plan.beginning.checkpoint, settings: plan.savedSettings };
  const tally = new RunTally(checkpoint.counts);
  const memory = plan.sharesAnswers ? new AnswerMemory() : undefined;
  const encoder = runResultEncoder(plan, () => context.clock.wallNow(), {
    onReplaced: once((row) => context.watch.notice?.({ kind: 'characters-replaced', row })),
    onSpread: countColumns(plan, tally, context),
  });
  const { path, checkpoint: folder, deadLetters } = plan.output;
  if (path === undefined || folder === undefined) {
    context.standardOutput.on('error', (error) => stop.request({ kind: 'failure', error }));
    const store = await streamStore(
      context.standardOutput,
      await openLazyFile(deadLetters, 0),
      encoder,
      tally,
      (written) => checkNothingLost(tally, written),
    );
    return { store, folder: undefined, memory, tally, checkpoint, close: () => store.close() };
  }
  const isFresh = (await mkdir(folder, { recursive: true })) !== undefined;
  const lock = await takeLock(folder, context.processes);
  const partial = partialOutput(folder);
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
      publish: (written) => {
        checkNothingLost(tally, written);
        return publish(partial, path);
      },
      ...savedWatch(context),
      now: () => context.clock.now(),
      after: (ms, wake) => context.clock.after(ms, wake),
      wallNow: () => context.clock.wallNow(),
      onFailure: (error) => stop.request({ kind: 'failure', error }),
    });
    const close = async () => {
      await store.close();
      await lock.release();
    };
    return { store, folder, memory, tally, checkpoint, close };
  } catch (error) {
    // A process that has worked on the run since owns the folder.
    if (isFresh && !(error instanceof LockHeldError)) await rm(folder, { recursive: true, force: true });
    else await lock.release();
    throw error;
  }
}

/** Counts what answers put into columns, and says once which of them stay empty. */
function countColumns(
  { answerColumns }: Plan,
  { columns: tally }: RunTally,
  { watch }: RunContext,
): NonNullable<EncodingListeners['onSpread']> {
  return (answer, values) => {
    tally.add(answerColumns, values, () => {
      const found = objectOfAnswer(answer);
      return found.kind === 'object' ? found.object : {};
    });
    const empty = tally.answers === ENOUGH_ANSWERS ? tally.emptyOf(answerColumns) : undefined;
    if (empty !== undefined) watch.notice?.({ kind: 'columns-empty', empty });
  };
}

/** Answers after which a column that is still empty is said. */
const ENOUGH_ANSWERS = 100;

/** Between the plan and the lock another process may have begun, continued or finished this run. */
async function checkStillAsPlanned({ beginning }: Plan, folder: string): Promise<void> {
  const planned = beginning.kind === 'new' ? beginning.replaces : beginning.checkpoint.savedAt;
  const found = (await readCheckpoint(folder).catch(() => undefined))?.savedAt;
  if (found !== planned)
    throw new LockHeldError(`another process has just worked on this run (${folder}); start again`);
}

/**
 * Rows in = rows answered + rows failed, and all but unreadable rows are in the output. A bug that loses rows must
 * show at once.
 */
function checkNothingLost(
  { succeeded, failed, failures }: RunTally,
  { rows, outputRows }: WrittenRows,
): void {
  const unreadable = failures[UNREADABLE]?.count ?? 0;
  const found =
    succeeded + failed !== rows
      ? `${succeeded + failed} are accounted for`
      : outputRows !== undefined && outputRows + unreadable !== rows
        ? `${outputRows} were written and ${unreadable} put aside`
        : undefined;
  if (found === undefined) return;
  throw new Error(
    `of ${counted(rows, 'row')} read, ${found}: this is a bug in batchai; nothing was published, the checkpoint is kept`,
  );
}

/** What an earlier run left goes; nothing else that may lie there does. An existing output stays until the new one is whole. */
async function discard(folder: string): Promise<void> {
  await rm(checkpointFile(folder), { force: true });
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
 * finished and its input grew, or it was killed between publishing and saying so. Beside a finished run, a partial
 * output was left by a resume that came to nothing; a retry may have changed the output since.
 */
async function bringBack(checkpoint: Checkpoint, output: string, partial: string): Promise<void> {
  const { state, outputOffset } = checkpoint;
  if (state === 'running' || (state === 'finishing' && (await sizeOf(partial)) !== undefined)) return;
  const size = await sizeOf(output);
  if (size !== undefined && size !== outputOffset) {
    throw new CheckpointError(
      `${output} has ${counted(size, 'byte')}, but its run left ${formatCount(outputOffset)}: bring it back, or start over with --overwrite`,
    );
  }
  const copy = copiedOutput(dirname(partial));
  try {
    await copyFile(output, copy, constants.COPYFILE_FICLONE);
    await flush(copy);
  } catch (error) {
    // On a full disk the copy would take up the room that is needed.
    await rm(copy, { force: true }).catch(() => {});
    throw error;
  }
  await rename(copy, partial);
  await syncFolder(dirname(partial));
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
