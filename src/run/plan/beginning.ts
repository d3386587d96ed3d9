import { readdir, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import {
  asFarAsItIs,
  type Checkpoint,
  positionOf,
  readCheckpoint,
} from '../../checkpoint/checkpoint-file.js';
import { beginsAsVouched, type FileSum } from '../../checkpoint/file-sum.js';
import { isOwnFile, usualDeadLetters } from '../../checkpoint/folder.js';
import { type Processes, refuseLocked } from '../../checkpoint/lock.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { isPartUnchanged } from '../../rows/verify-position.js';
import { counted, formatCount } from '../../wording/wording.js';
import { holdsEntries, rowsWithResult } from '../saved/journaled.js';
import type { SavedSettings } from '../saved/saved-settings.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import { commandOf, shellCommand } from '../settings/shell-command.js';
import { ShardFolder } from '../shards/shard-files.js';
import { readShardLog } from '../shards/shard-log.js';
import type { InputPlan } from './input.js';
import type { OutputPlan } from './output.js';

/** How the run begins. */
export type Beginning =
  /**
   * `replaces`: when the checkpoint was saved that is there and goes. `startsOver`: what changed since a run began of
   * which no row is done. `discards`: rows with a result that `--overwrite` throws away.
   */
  | {
      readonly kind: 'new';
      readonly replaces?: string;
      readonly startsOver?: string;
      readonly discards?: number;
    }
  | {
      readonly kind: 'resume';
      readonly checkpoint: Checkpoint;
      /** The settings that it had last. */
      readonly saved: SavedSettings;
      /** The columns that the output has of the input; undefined where it has all that the rows have now. */
      readonly narrower?: readonly string[];
    }
  /** Nothing to do: the run is finished and its input has no new rows. */
  | { readonly kind: 'finished'; readonly checkpoint: Checkpoint; readonly saved: SavedSettings };

/** The decisions that the beginning depends on. */
export interface RunToBegin {
  readonly input: InputPlan;
  readonly output: OutputPlan;
  readonly identity: JsonObject;
  readonly processes: Processes;
}

function beginNew(replaced: Checkpoint | undefined): Beginning {
  return replaced === undefined ? { kind: 'new' } : { kind: 'new', replaces: replaced.savedAt };
}

/**
 * Decides whether the run is new, resumes an existing one, or is finished already.
 *
 * @throws SetUpError where something exists and was not to be, or where it is not the same run.
 * @throws LockHeldError where another process is running it.
 */
export async function decideBeginning(settings: RunSettings, candidate: RunToBegin): Promise<Beginning> {
  const { output, input } = candidate;
  if (settings.existing === 'resume' && (output.path === undefined || input.source.path === undefined)) {
    const what = output.path === undefined ? 'a run to standard output' : 'a run from standard input';
    throw new SetUpError(
      `${what} cannot be resumed; read from a file and write to one, or leave out --resume`,
    );
  }
  if (output.path === undefined || output.checkpoint === undefined)
    return refuseExisting(settings, [output.deadLetters], undefined);
  await refuseLocked(output.checkpoint, candidate.processes);
  if (settings.existing === 'overwrite') {
    await refuseForeignFolder(output.checkpoint);
    const replaced = await readCheckpoint(output.checkpoint).catch(() => undefined);
    const rows = replaced === undefined ? 0 : await rowsWithResult(output.checkpoint, asFarAsItIs(replaced));
    return { ...beginNew(replaced), ...(rows > 0 && { discards: rows }) };
  }
  const checkpoint = await readCheckpoint(output.checkpoint);
  const outputSize = await sizeOf(output.path);
  if (
    checkpoint === undefined ||
    (checkpoint.state === 'finished' && outputSize === undefined && settings.existing === 'refuse')
  ) {
    await refuseForeignFolder(output.checkpoint);
    return refuseExisting(settings, [output.path, output.deadLetters], undefined, checkpoint);
  }
  if (settings.existing === 'refuse') {
    const goOn = shellCommand(commandOf('resume', { output: output.path, folder: output.checkpoint }));
    if (checkpoint.state === 'finished') return refuseExisting(settings, [output.path], goOn, checkpoint);
    const rows = await rowsWithResult(output.checkpoint, asFarAsItIs(checkpoint));
    throw new SetUpError(
      `${output.path} has an unfinished run (${counted(rows, 'row')} with a result): go on with it (${goOn}), or start over with --overwrite`,
    );
  }
  return resume(settings, candidate, checkpoint, outputSize);
}

async function resume(
  settings: RunSettings,
  candidate: RunToBegin,
  checkpoint: Checkpoint,
  outputSize: number | undefined,
): Promise<Beginning> {
  const { input, output, identity } = candidate;
  const retry = await readCheckpoint(`${output.checkpoint}/retry`);
  if (retry !== undefined && retry.state !== 'finished') {
    const goOn = commandOf('retry', { output: output.path ?? '-', folder: output.checkpoint });
    throw new SetUpError(`a retry of ${output.path} is unfinished; finish it first: ${shellCommand(goOn)}`);
  }
  // A CSV made of JSONL rows gets the columns that new rows bring.
  const columns = input.look.layout.format === 'jsonl' ? checkpoint.identity.columns : undefined;
  const changed = changesOf(checkpoint.identity, isList(columns) ? { ...identity, columns } : identity);
  const [first] = changed;
  if (first !== undefined) {
    if (changed.every((what) => OF_FABRIC.has(what)) && !(await holdsResults(checkpoint, output.checkpoint)))
      return { kind: 'new', replaces: checkpoint.savedAt, startsOver: nameOf(first) };
    throw otherRun(first, checkpoint.identity, identity);
  }
  const { savedSettingsOf } = await import('../saved/saved-settings.js');
  const saved = savedSettingsOf(checkpoint, output.path ?? '');
  checkDeadLetters(output, saved);
  await checkFinishedPart(input, checkpoint);
  const isFinished = checkpoint.state === 'finished';
  if (isFinished && outputSize === undefined) {
    throw new SetUpError(
      `the run is finished, but its output ${output.path} does not exist; --overwrite starts over`,
    );
  }
  const isWhole = isFinished && !(await hasNewRows(settings, input, checkpoint));
  if (isFinished && !isWhole) await checkFinishedFiles(output, checkpoint);
  if (isWhole) return { kind: 'finished', checkpoint, saved };
  const isNarrower = isList(columns) && columns.length < input.look.columns.length;
  return { kind: 'resume', checkpoint, saved, ...(isNarrower && { narrower: columns.map(String) }) };
}

/** The parts of what identifies the run that are not as they were. */
function changesOf(before: JsonObject, now: JsonObject): string[] {
  // A checkpoint of an older version lacks the newer fields.
  return Object.keys(now).filter((what) => !isDeepStrictEqual(before[what] ?? null, now[what]));
}

function otherRun(what: string, before: JsonObject, now: JsonObject): SetUpError {
  return new SetUpError(
    `this is not the run that was interrupted: ${nameOf(what)} changed (was ${show(before[what])}, is ${show(now[what])}); use the same as before, or --overwrite to start over`,
  );
}

/** What may change as long as no row is done: no answer of the other fabric is there. */
const OF_FABRIC: ReadonlySet<string> = new Set(['fabric', 'definition', 'tiers', 'steps', 'answerColumns']);

/** True where something of the run's rows is done, was paid for, or is at a batch API. */
async function holdsResults(checkpoint: Checkpoint, folder: string | undefined): Promise<boolean> {
  if (folder === undefined) return true;
  if (asFarAsItIs(checkpoint).rowsCommitted > 0 || checkpoint.state !== 'running') return true;
  if ((await readShardLog(new ShardFolder(folder).log)).records.length > 0) return true;
  return holdsEntries(folder);
}

function nameOf(what: string): string {
  return NAMES[what] ?? what;
}

const NAMES: Readonly<Record<string, string>> = {
  fabric: 'the fabric',
  definition: "the fabric's definition",
  input: "the input's format",
  columns: "the input's columns",
  inputs: '--inputs',
  outputColumn: '--output-column',
  skipsFilled: '--skip-filled',
  answerColumns: '--columns',
  escapeFormulas: '--escape-formulas',
  metaColumns: '--meta-columns',
  selection: 'what --where and --sample-rows choose',
  output: "the output's format",
};

/** Another file of that name would be cut to the size that the checkpoint vouches for. */
function checkDeadLetters({ path = '', deadLetters }: OutputPlan, { options }: SavedSettings): void {
  const before = options.deadLetters ?? usualDeadLetters(path);
  if (resolve(before) === resolve(deadLetters)) return;
  throw new SetUpError(
    `the failed rows of this run go to ${before}, not to ${deadLetters}: add --dead-letters ${shellCommand([before])}`,
  );
}

/** New rows are put behind the old ones, and new letters behind the old ones, where those are what the run left. */
async function checkFinishedFiles(
  { path = '', deadLetters }: OutputPlan,
  checkpoint: Checkpoint,
): Promise<void> {
  const { outputOffset, outputSum, deadLettersOffset, deadLettersSum } = checkpoint;
  await checkFinishedFile(path, { bytes: outputOffset, sum: outputSum, what: 'rows' });
  await checkFinishedFile(deadLetters, { bytes: deadLettersOffset, sum: deadLettersSum, what: 'letters' });
}

async function checkFinishedFile(
  path: string,
  { bytes, sum, what }: { bytes: number; sum: FileSum | undefined; what: string },
): Promise<void> {
  const size = (await sizeOf(path)) ?? 0;
  if (
    size === bytes &&
    (bytes === 0 || sum === undefined || (await beginsAsVouched(path, { bytes, ...sum })))
  )
    return;
  const how =
    size === bytes ? 'its checksum is another' : `${counted(bytes, 'byte')} then, ${formatCount(size)} now`;
  throw new SetUpError(
    `${path} was changed since its run (${how}): new ${what} cannot be put behind the old ones; bring it back, or start over with --overwrite`,
  );
}

/** Where the file's state is what it was, so is its content; else the finished part is read once. */
async function checkFinishedPart(input: InputPlan, checkpoint: Checkpoint): Promise<void> {
  if (isDeepStrictEqual(input.stat, checkpoint.inputStat)) return;
  if (await isPartUnchanged(input.source, positionOf(checkpoint), input.look.layout)) return;
  throw new SetUpError(
    `${input.source.name} changed in the part that is done (its first ${counted(checkpoint.rowsCommitted, 'row')}); bring the old file back, or start over with --overwrite`,
  );
}

async function hasNewRows(settings: RunSettings, input: InputPlan, checkpoint: Checkpoint): Promise<boolean> {
  if (settings.limit !== undefined && checkpoint.rowsCommitted >= settings.limit) return false;
  for await (const chunk of input.source.read(checkpoint.inputOffset)) {
    const text = chunk.toString('latin1').trim();
    // What ends an array is no row.
    if (text !== '' && !(text === ']' && input.look.layout.framing === 'array')) return true;
  }
  return false;
}

/** @param goOn the command that goes on with the run that left the files; undefined where there is none. */
async function refuseExisting(
  settings: RunSettings,
  paths: readonly string[],
  goOn: string | undefined,
  replaced?: Checkpoint,
): Promise<Beginning> {
  if (settings.existing === 'overwrite') return beginNew(replaced);
  for (const path of paths) {
    if ((await sizeOf(path)) === undefined) continue;
    const instead =
      goOn !== undefined
        ? `go on with its run (${goOn}), or `
        : settings.existing === 'resume'
          ? 'it has no checkpoint to resume from: '
          : 'give -o another name, or ';
    throw new SetUpError(`${path} exists already: ${instead}--overwrite to discard it`);
  }
  return beginNew(replaced);
}

/** A new run empties the folder: nothing of anybody else's may be in it. */
async function refuseForeignFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const foreign = names.find((name) => !isOwnFile(name));
  if (foreign === undefined) return;
  throw new SetUpError(
    `${folder} is to be the checkpoint's folder, but holds other files (${foreign}); choose another with --checkpoint`,
  );
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

function isList(value: JsonValue | undefined): value is JsonValue[] {
  return Array.isArray(value);
}

function show(value: JsonValue | undefined): string {
  const text = JSON.stringify(value ?? null);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
