import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '../../checkpoint/checkpoint-file.js';
import { CHECKPOINT_SUFFIX, checkpointFile } from '../../checkpoint/folder.js';
import { type RunStatus, readRunStatus, type StatusContext } from './status.js';

/** A run in a folder, or what is wrong with its checkpoint. */
export type ListedRun = RunStatus | { readonly output: string; readonly problem: string };

/** The runs that have their checkpoints in a folder under the usual names, the newest first. */
export async function listRuns(folder: string, context: StatusContext): Promise<ListedRun[]> {
  const runs: ListedRun[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!name.endsWith(CHECKPOINT_SUFFIX) || name === CHECKPOINT_SUFFIX) continue;
    const there = await stat(checkpointFile(join(folder, name))).catch(() => undefined);
    if (there?.isFile())
      runs.push(await readOne(join(folder, name.slice(0, -CHECKPOINT_SUFFIX.length)), context));
  }
  return runs.sort((a, b) => savedAt(b) - savedAt(a));
}

async function readOne(output: string, context: StatusContext): Promise<ListedRun> {
  try {
    return await readRunStatus({ output }, context);
  } catch (error) {
    if (error instanceof CheckpointError) return { output, problem: error.message };
    throw error;
  }
}

/** What cannot be read comes last. */
function savedAt(run: ListedRun): number {
  return 'problem' in run ? 0 : Date.parse(run.savedAt);
}
