import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKPOINT_SUFFIX } from '../../checkpoint/folder.js';
import type { Environment } from '../../run/settings/environment.js';

/**
 * The folders, and the files of a kind, whose paths begin with what was typed; folders end with a slash.
 *
 * @param nameOf the name under which an entry is offered; undefined: it is not.
 */
export async function fileNames(
  typed: string,
  environment: Environment,
  nameOf: (entry: string) => string | undefined,
): Promise<string[]> {
  const cut = typed.lastIndexOf('/') + 1;
  const [folder, beginning] = [typed.slice(0, cut), typed.slice(cut)];
  const entries = await readdir(folder === '' ? '.' : atHome(folder, environment), {
    withFileTypes: true,
  }).catch(() => []);
  const names = entries
    .filter((entry) => !entry.name.startsWith('.') || beginning.startsWith('.'))
    .flatMap((entry) => [nameOf(entry.name) ?? [], isPlace(entry) ? `${entry.name}/` : []].flat());
  return [...new Set(names)]
    .filter((name) => name.startsWith(beginning))
    .sort()
    .map((name) => folder + name);
}

/** A folder that one may go into; what is in a checkpoint is batchai's own. */
function isPlace(entry: Dirent): boolean {
  return entry.isDirectory() && !entry.name.endsWith(CHECKPOINT_SUFFIX);
}

/** `~/rows` as the shell would pass it on. */
function atHome(folder: string, { HOME }: Environment): string {
  return folder.startsWith('~/') && HOME !== undefined ? join(HOME, folder.slice(2)) : folder;
}
