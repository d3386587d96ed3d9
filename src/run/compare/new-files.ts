import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { behindLinks } from '../../checkpoint/behind-links.js';
import { replaceFileAmongOthers } from '../../checkpoint/replace-file.js';
import { SetUpError } from '../settings/set-up-error.js';

/**
 * Checks that files can be written before anything is paid for.
 *
 * @throws SetUpError where a file exists and is not to be replaced, or where its folder does not.
 */
export async function checkNewFiles(paths: readonly string[], existing: 'refuse' | 'replace'): Promise<void> {
  const [one, other] = paths;
  if (one !== undefined && one === other) throw new SetUpError(`${one} is named twice; give two names`);
  for (const path of paths) {
    const there = await stat(path).catch(() => undefined);
    if (there?.isDirectory()) throw new SetUpError(`${path} is a folder; give a file`);
    if (there !== undefined && existing === 'refuse')
      throw new SetUpError(`${path} exists already; give another name, or --overwrite`);
    const folder = await stat(dirname(path)).catch(() => undefined);
    if (!folder?.isDirectory())
      throw new SetUpError(`${path} cannot be written: there is no folder ${dirname(path)}`);
  }
}

/** Writes a file whole, or not at all. */
export async function writeNewFile(path: string, content: string): Promise<void> {
  await replaceFileAmongOthers(await behindLinks(path), content);
}
