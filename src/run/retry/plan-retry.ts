import { stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type Checkpoint, positionOf, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { type DeadLetter, UNREADABLE } from '../../checkpoint/dead-letter.js';
import { beginsAsVouched } from '../../checkpoint/file-sum.js';
import { checkpointFolder, retryFolder as retryFolderIn, usualDeadLetters } from '../../checkpoint/folder.js';
import { inputStatOf } from '../../checkpoint/input-stat.js';
import { type Processes, refuseLocked } from '../../checkpoint/lock.js';
import { fileSource } from '../../rows/byte-source.js';
import { readRows } from '../../rows/read-rows.js';
import { type JsonObject, type JsonValue, type Position, START } from '../../rows/row.js';
import { isPartUnchanged } from '../../rows/verify-position.js';
import { counted, formatCount } from '../../wording/wording.js';
import { filesFolderOf } from '../places/first-files.js';
import { checkPlacesApart, type Place } from '../places/places.js';
import type { CallPlan } from '../plan/call-plan.js';
import { decideCalls } from '../plan/calls.js';
import { type ChainPlan, decideFabricOrSteps, type FabricPlan } from '../plan/fabric.js';
import { decideQueue, decideQueueFiles, type QueuePlan } from '../plan/queue.js';
import { decideChain } from '../plan/row-calls.js';
import { placesOfRun } from '../plan/run-places.js';
import { decideTiers } from '../plan/tiers.js';
import { noRunOf } from '../saved/last-run.js';
import type { KeptOptions } from '../saved/option-keeping.js';
import { saveOptions } from '../saved/save-options.js';
import { savedSettingsOf } from '../saved/saved-settings.js';
import { checkWithheldQueue } from '../saved/withheld.js';
import { DEFAULT_BATCH_SIZE } from '../settings/defaults.js';
import type { Environment } from '../settings/environment.js';
import type { MaxErrors } from '../settings/limit-settings.js';
import { parseQueueFiles } from '../settings/option-parsers.js';
import type { QueueFiles } from '../settings/queue-files.js';
import { SetUpError } from '../settings/set-up-error.js';
import { type CallSettings, settingsGiven, settingsOfCalls } from '../settings/settings-of-options.js';
import { commandOf, shellCommand } from '../settings/shell-command.js';
import { type Corrections, readCorrections } from './corrections.js';
import { LETTERS_LAYOUT, LETTERS_READING, letterOfRow } from './letters.js';

/** What a person asked for. */
export interface RetrySettings {
  /** The run's output. */
  readonly output: string;
  /** Only failures of these kinds; undefined: all. */
  readonly kinds?: readonly string[];
  /** A file of rows as they were corrected: only these are tried, with these fields. */
  readonly from?: string;
  readonly checkpoint?: string;
  /** Options that count more than those of the run; what is left out is as it was there. */
  readonly given: KeptOptions;
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
  /** The folder in which paths of files begin that rows name. */
  readonly filesFolder: string;
  readonly queue: QueuePlan | undefined;
  readonly queueFiles: QueueFiles | undefined;
  readonly batchSize: number;
  readonly maxErrors: MaxErrors | undefined;
  /** What it is called with, those of the run among them, and names of options that nobody kept, being secrets. */
  readonly options: KeptOptions;
  readonly withheld: readonly string[];
  /** Its own options as its checkpoint keeps them. */
  readonly savedSettings: JsonObject;
  readonly identity: JsonObject;
  readonly from: Position;
  readonly isSelected: (letter: DeadLetter) => boolean;
  /** Undefined: rows are tried as they are. */
  readonly corrections: Corrections | undefined;
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
  const { output, environment } = settings;
  const folder = checkpointFolder(output, settings.checkpoint);
  const retryFolder = retryFolderIn(folder);
  await refuseLocked(folder, processes);
  const run = await finishedRun(output, settings.checkpoint);
  const found = await readCheckpoint(retryFolder);
  const interrupted = found?.state === 'finished' ? undefined : found;
  const ofRun = savedSettingsOf(run, output);
  const own = { ...(interrupted && savedSettingsOf(interrupted, output).options), ...settings.given };
  const options = { ...(own.fabric === undefined ? ofRun.options : otherFabric(ofRun.options)), ...own };
  const withheld = ofRun.withheld.filter((name) => !Object.hasOwn(options, name));
  checkWithheldQueue(withheld, environment);
  const asked = settingsOfCalls({ ...options, fabric: options.fabric ?? '' }, environment);
  const { input, deadLetters = usualDeadLetters(output) } = options;
  const kinds = settings.kinds ?? kindsOf(interrupted);
  const corrections = await correctionsOf(settings.from, interrupted);
  const queue = decideQueue({ ...options, environment });
  const toAsk = { ...asked, callsElsewhere: queue !== undefined };
  const fabric = await decideFabricOrSteps(toAsk);
  const calls = await callsOfRetry(toAsk, fabric, wallNow);
  const queueFiles = decideQueueFiles(
    queue,
    calls,
    options.queueFiles === undefined ? undefined : parseQueueFiles(options.queueFiles),
  );
  const identity: JsonObject = {
    retryOf: run.runId,
    fabric: fabric.id,
    definition: fabric.definitionHash,
    kinds: kinds ? [...kinds].sort() : null,
    ...(corrections && { from: { path: corrections.path, sum: corrections.sum } }),
  };
  const places = placesOfRun({ input, output, checkpoint: folder, deadLetters }, calls);
  await checkPlacesApart(places);
  if (interrupted?.state === 'running') {
    checkSame(interrupted.identity, identity);
    await checkLetters(deadLetters, interrupted);
  }
  if (interrupted?.state !== 'finishing') await checkOutput(output, run);
  const isSelected = ({ row, error }: DeadLetter) =>
    error.kind !== UNREADABLE &&
    (kinds?.includes(error.kind) ?? true) &&
    (corrections?.rows.has(row) ?? true);
  return {
    output,
    deadLetters,
    folder,
    retryFolder,
    run,
    interrupted,
    places,
    calls,
    sharesAnswers: asked.sharesAnswers,
    filesFolder: filesFolderOf(input),
    queue,
    queueFiles,
    batchSize: settingsGiven(options).batchSize ?? DEFAULT_BATCH_SIZE,
    // Of rows that failed before, many may fail again.
    maxErrors: settingsGiven(own).maxErrors,
    options,
    withheld,
    savedSettings: { options: saveOptions(own, output).options },
    identity,
    from: interrupted === undefined ? START : positionOf(interrupted),
    isSelected,
    corrections,
    ...(await countLetters(deadLetters, isSelected)),
  };
}

/** What of a run's options holds for another fabric than the run's: it stands alone, at its own place and price. */
function otherFabric(options: KeptOptions): KeptOptions {
  const {
    tier: _tier,
    score: _score,
    minScore: _minScore,
    baseUrl: _baseUrl,
    price: _price,
    ...others
  } = options;
  return others;
}

/** As the run's calls were made, with its tiers or steps. */
async function callsOfRetry(
  asked: CallSettings & { readonly callsElsewhere: boolean },
  fabric: FabricPlan | ChainPlan,
  wallNow: () => number,
): Promise<CallPlan> {
  if (fabric.kind === 'steps') return decideChain(fabric, { ...asked, wallNow });
  const first = await decideCalls(fabric, { ...asked, wallNow });
  // The templates were checked when the run began; columns are those of the letters' rows.
  return asked.tiers === undefined
    ? first
    : { ...first, tiers: await decideTiers(asked.tiers, fabric, { ...asked, wallNow }, async () => {}) };
}

function kindsOf(interrupted: Checkpoint | undefined): string[] | undefined {
  const kinds = interrupted?.identity.kinds;
  return Array.isArray(kinds) ? kinds.map(String) : undefined;
}

/** As they were given now, or to the retry that was interrupted. */
async function correctionsOf(
  given: string | undefined,
  interrupted: Checkpoint | undefined,
): Promise<Corrections | undefined> {
  const before = interrupted?.identity.from;
  const path = given ?? (isObject(before) ? before.path : undefined);
  return typeof path === 'string' ? readCorrections(path) : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function finishedRun(output: string, asked: string | undefined): Promise<Checkpoint> {
  const folder = checkpointFolder(output, asked);
  const run = await readCheckpoint(folder);
  if (run === undefined) throw await noRunOf(output, asked);
  if (run.state !== 'finished') {
    const goOn = shellCommand(commandOf('resume', { output, folder }));
    throw new SetUpError(`the run of ${output} is not finished: go on with it first, then retry: ${goOn}`);
  }
  return run;
}

/** What decides about a retry, as the options are called. */
const NAMES_OF_IDENTITY: Readonly<Record<string, string>> = { kinds: '--kind', from: '--from' };

function checkSame(before: JsonObject, now: JsonObject): void {
  for (const name of new Set([...Object.keys(now), ...Object.keys(before)])) {
    if (JSON.stringify(before[name]) === JSON.stringify(now[name])) continue;
    throw new SetUpError(
      `a retry with another ${NAMES_OF_IDENTITY[name] ?? name} was interrupted (${JSON.stringify(before[name])}); finish that one first`,
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
