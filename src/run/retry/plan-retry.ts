import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Checkpoint, positionOf, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { type DeadLetter, UNREADABLE } from '../../checkpoint/dead-letter.js';
import { beginsAsVouched } from '../../checkpoint/file-sum.js';
import { checkpointFile, checkpointFolder, retryFolder as retryFolderIn } from '../../checkpoint/folder.js';
import { inputStatOf } from '../../checkpoint/input-stat.js';
import { type Processes, refuseLocked } from '../../checkpoint/lock.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import { fileSource } from '../../rows/byte-source.js';
import { readRows } from '../../rows/read-rows.js';
import { type JsonObject, type Position, START } from '../../rows/row.js';
import { isPartUnchanged } from '../../rows/verify-position.js';
import { counted, formatCount } from '../../wording/wording.js';
import { checkPlacesApart, type Place } from '../places/places.js';
import type { CallPlan } from '../plan/call-plan.js';
import { decideCalls } from '../plan/calls.js';
import { decideFabric, type FabricPlan } from '../plan/fabric.js';
import { checkQueuedRate, decideQueue, type QueuePlan } from '../plan/queue.js';
import { placesOfRun } from '../plan/run-places.js';
import { fabricOfSaved, type SavedSettings, tiersOfSaved } from '../plan/saved-settings.js';
import { decideTiers } from '../plan/tiers.js';
import { DEFAULT_ATTEMPTS, DEFAULT_BATCH_SIZE, DEFAULT_TIMEOUT_MS } from '../settings/defaults.js';
import type { Environment } from '../settings/environment.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { Concurrency, MaxErrors } from '../settings/settings.js';
import { LETTERS_LAYOUT, LETTERS_READING, letterOfRow } from './letters.js';

/** What a person asked for; what is left out is as it was in the run. */
export interface RetrySettings {
  /** The run's output. */
  readonly output: string;
  /** Only failures of these kinds; undefined: all. */
  readonly kinds?: readonly string[];
  readonly checkpoint?: string;
  readonly deadLetters?: string;
  readonly maxErrors?: MaxErrors;
  readonly fabric?: string;
  readonly baseUrl?: string;
  readonly concurrency?: Concurrency;
  readonly batchSize?: number;
  readonly rate?: RateLimit;
  readonly attempts?: number;
  readonly timeoutMs?: number;
  readonly queue?: string;
  readonly queuePrefix?: string;
  /** Where keys are, by the names of their variables. */
  readonly environment: Environment;
}

/** Everything that a retry needs, decided and checked. */
export interface RetryPlan {
  readonly output: string;
  readonly deadLetters: string;
  /** The checkpoint's folder of the run, and that of the retry inside it. */
  readonly folder: string;
  readonly retryFolder: string;
  /** Of the finished run. */
  readonly run: Checkpoint;
  /** Of a retry that was interrupted. */
  readonly interrupted: Checkpoint | undefined;
  /** The files that the retry writes, and those that it or its run reads. */
  readonly places: readonly Place[];
  readonly calls: CallPlan;
  /** Rows that ask the same share an answer. */
  readonly sharesAnswers: boolean;
  readonly queue: QueuePlan | undefined;
  readonly batchSize: number;
  readonly maxErrors: MaxErrors | undefined;
  readonly identity: JsonObject;
  readonly from: Position;
  readonly isSelected: (letter: DeadLetter) => boolean;
  /** Letters that are tried again, and all there are. */
  readonly selected: number;
  readonly letters: number;
}

/**
 * Finds the finished run of an output and its dead letters.
 *
 * @throws SetUpError, CheckpointError, LockHeldError
 */
export async function makeRetryPlan(
  settings: RetrySettings,
  processes: Processes,
  wallNow: () => number,
): Promise<RetryPlan> {
  const { output } = settings;
  const folder = checkpointFolder(output, settings.checkpoint);
  const retryFolder = retryFolderIn(folder);
  await refuseLocked(folder, processes);
  const run = await finishedRun(output, folder);
  const found = await readCheckpoint(retryFolder);
  const interrupted = found?.state === 'finished' ? undefined : found;
  const saved = run.settings as SavedSettings;
  const deadLetters = settings.deadLetters ?? join(dirname(output), saved.deadLetters ?? '');
  const kinds = settings.kinds ?? (interrupted?.identity.kinds as string[] | null | undefined) ?? undefined;
  const queue = decideQueue(settings);
  const fabric = await fabricOfRetry(settings, saved, queue);
  const calls = await callsOfRetry(settings, saved, fabric, wallNow);
  checkQueuedRate(queue, calls.rate);
  const identity: JsonObject = {
    retryOf: run.runId,
    fabric: fabric.id,
    definition: fabric.definitionHash,
    kinds: kinds ? [...kinds].sort() : null,
  };
  const input = saved.input === undefined ? undefined : join(dirname(output), saved.input);
  const places = placesOfRun({ input, output, checkpoint: folder, deadLetters }, calls);
  await checkPlacesApart(places);
  if (interrupted?.state === 'running') {
    checkSame(interrupted.identity, identity);
    await checkLetters(deadLetters, interrupted);
  }
  if (interrupted?.state !== 'finishing') await checkOutput(output, run);
  const isSelected = ({ error }: DeadLetter) =>
    error.kind !== UNREADABLE && (kinds?.includes(error.kind) ?? true);
  return {
    output,
    deadLetters,
    folder,
    retryFolder,
    run,
    interrupted,
    places,
    calls,
    sharesAnswers: saved.sharesAnswers ?? true,
    queue,
    batchSize: settings.batchSize ?? saved.batchSize ?? DEFAULT_BATCH_SIZE,
    maxErrors: settings.maxErrors,
    identity,
    from: interrupted === undefined ? START : positionOf(interrupted),
    isSelected,
    ...(await countLetters(deadLetters, isSelected)),
  };
}

/** Another fabric, or that of the run; a fabric file is where it was, as seen from the output. */
async function fabricOfRetry(
  settings: RetrySettings,
  saved: SavedSettings,
  queue: QueuePlan | undefined,
): Promise<FabricPlan> {
  const { output, environment } = settings;
  const baseUrl = settings.baseUrl ?? (settings.fabric === undefined ? saved.baseUrl : undefined);
  return decideFabric({
    fabric: settings.fabric ?? fabricOfSaved(saved, output),
    environment,
    callsElsewhere: queue !== undefined,
    ...(baseUrl === undefined ? {} : { baseUrl }),
  });
}

/** As the run's calls were made, with its tiers; another fabric stands alone. */
async function callsOfRetry(
  settings: RetrySettings,
  saved: SavedSettings,
  fabric: FabricPlan,
  wallNow: () => number,
): Promise<CallPlan> {
  const asked = {
    ...saved,
    ...settings,
    attempts: settings.attempts ?? saved.attempts ?? DEFAULT_ATTEMPTS,
    timeoutMs: settings.timeoutMs ?? saved.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    wallNow,
  };
  const first = await decideCalls(fabric, asked);
  const tiers = settings.fabric === undefined ? tiersOfSaved(saved, settings.output) : undefined;
  // The templates were checked when the run began; columns are those of the letters' rows.
  return tiers === undefined
    ? first
    : { ...first, tiers: await decideTiers(tiers, fabric, asked, async () => {}) };
}

async function finishedRun(output: string, folder: string): Promise<Checkpoint> {
  const run = await readCheckpoint(folder);
  if (run === undefined) {
    throw new SetUpError(
      `there is no run of ${output}: ${checkpointFile(folder)} is not there (see --checkpoint)`,
    );
  }
  if (run.state !== 'finished') {
    throw new SetUpError(
      `the run of ${output} is not finished: go on with batchai run … --resume first, then retry`,
    );
  }
  return run;
}

function checkSame(before: JsonObject, now: JsonObject): void {
  for (const [name, value] of Object.entries(now)) {
    if (JSON.stringify(before[name]) === JSON.stringify(value)) continue;
    throw new SetUpError(
      `a retry with another ${name === 'kinds' ? '--kind' : name} was interrupted (${JSON.stringify(before[name])}); finish that one first`,
    );
  }
}

async function checkLetters(deadLetters: string, { inputStat, ...interrupted }: Checkpoint): Promise<void> {
  const found = await stat(deadLetters).catch(() => undefined);
  if (isDeepStrictEqual(found && inputStatOf(found), inputStat)) return;
  const isSame =
    found !== undefined && (await isPartUnchanged(fileSource(deadLetters, false), positionOf(interrupted)));
  if (!isSame) throw new SetUpError(`${deadLetters} changed since the retry was interrupted; bring it back`);
}

/** An answer can be put into its place only where the rows stand as the run left them. */
async function checkOutput(output: string, run: Checkpoint): Promise<void> {
  const size = (await stat(output).catch(() => undefined))?.size;
  if (size === undefined) throw new SetUpError(`${output}: there is no such file`);
  const { outputOffset: bytes, outputSum } = run;
  const isSame =
    size === bytes && (outputSum === undefined || (await beginsAsVouched(output, { bytes, ...outputSum })));
  if (isSame) return;
  const how =
    size === bytes ? 'its checksum is another' : `${counted(bytes, 'byte')} then, ${formatCount(size)} now`;
  throw new SetUpError(`${output} was changed since the run (${how}): answers cannot be put into it`);
}

async function countLetters(path: string, isSelected: (letter: DeadLetter) => boolean) {
  let selected = 0;
  let letters = 0;
  for await (const { letter } of readLetters(path)) {
    letters++;
    if (isSelected(letter)) selected++;
  }
  return { selected, letters };
}

/** The letters of a file and their lines; none where there is no file. */
export async function* readLetters(path: string): AsyncGenerator<{ letter: DeadLetter; text: string }, void> {
  if ((await stat(path).catch(() => undefined)) === undefined) return;
  for await (const block of readRows(fileSource(path, false), LETTERS_LAYOUT, LETTERS_READING)) {
    for (const row of block.rows) yield { letter: letterOfRow(row), text: row.text };
  }
}
