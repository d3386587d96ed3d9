import { type Checkpoint, readCheckpoint } from '../../checkpoint/checkpoint-file.js';
import { checkpointFile, checkpointFolder } from '../../checkpoint/folder.js';
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
  if (checkpoint === undefined) throw noRunOf(output, folder);
  return { folder, checkpoint, saved: savedSettingsOf(checkpoint, output) };
}

/** The error for an output that no run has left. */
export function noRunOf(output: string, folder: string): SetUpError {
  return new SetUpError(
    `there is no run of ${output}: ${checkpointFile(folder)} is not there (see --checkpoint)`,
  );
}
