import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Checkpoint, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { CHECKPOINT_SUFFIX, checkpointFile, checkpointFolder } from '../../checkpoint/folder.js';
import { nearestName } from '../../fabric/prompt/nearest-name.js';
import { SetUpError } from '../settings/set-up-error.js';
import { type SavedSettings, savedSettingsOf } from './saved-settings.js';

/** A run as it was left. */
export interface LastRun {
  /** Its checkpoint's. */
  readonly folder: string;
  readonly checkpoint: Checkpoint;
  readonly saved: SavedSettings;
}

/**
 * Finds the run of an output, with the settings that it had last.
 *
 * @param asked its checkpoint's folder, where it is not the usual one.
 * @throws SetUpError where there is none; CheckpointError where it cannot be read.
 */
export async function lastRunOf(output: string, asked?: string): Promise<LastRun> {
  const folder = checkpointFolder(output, asked);
  const checkpoint = await readCheckpoint(folder);
  if (checkpoint === undefined) throw await noRunOf(output, asked);
  return { folder, checkpoint, saved: savedSettingsOf(checkpoint, output) };
}

/**
 * The error for an output that no run has left, with those in its folder that have one.
 *
 * @param asked its checkpoint's folder, where it is not the usual one.
 */
export async function noRunOf(output: string, asked?: string): Promise<SetUpError> {
  const missing = checkpointFile(checkpointFolder(output, asked));
  const others = asked === undefined ? await runsBeside(output) : [];
  const hint = others.length === 0 ? 'see --checkpoint' : `${probably(output, others)}; see --checkpoint`;
  return new SetUpError(`there is no run of ${output}: ${missing} is not there (${hint})`);
}

/** Outputs that are named where none is near. */
const MOST_NAMED = 3;

function probably(output: string, others: readonly string[]): string {
  const [only] = others.length === 1 ? others : [];
  const meant = only ?? nearestName(output, others);
  if (meant !== undefined) return `did you mean ${meant}?`;
  const more = others.length > MOST_NAMED ? ', …' : '';
  return `there are runs of ${others.slice(0, MOST_NAMED).join(', ')}${more}`;
}

/** The outputs in an output's folder that have their checkpoint in the usual place. */
async function runsBeside(output: string): Promise<readonly string[]> {
  const folder = dirname(output);
  const names = await readdir(folder).catch(() => []);
  const outputs: string[] = [];
  for (const name of names.sort()) {
    if (!name.endsWith(CHECKPOINT_SUFFIX) || name === CHECKPOINT_SUFFIX) continue;
    const there = await stat(checkpointFile(join(folder, name))).catch(() => undefined);
    if (there?.isFile()) outputs.push(join(folder, name.slice(0, -CHECKPOINT_SUFFIX.length)));
  }
  return outputs;
}
