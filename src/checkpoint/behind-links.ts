import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

/** As many links as Linux follows before it takes them for a circle. */
const MOST_LINKS = 40;

/**
 * The file or folder that a path leads to, all symbolic links followed, also where nothing is there yet. What replaces
 * a file by renaming replaces this one: a link in its place stays a link.
 */
export async function behindLinks(path: string, links = MOST_LINKS): Promise<string> {
  const real = await realpath(path).catch(() => undefined);
  if (real !== undefined) return real;
  const parent = dirname(path);
  if (links === 0 || parent === path) return resolve(path);
  const target = await readlink(path).catch(() => undefined);
  if (target !== undefined) return behindLinks(isAbsolute(target) ? target : join(parent, target), links - 1);
  return join(await behindLinks(parent, links), basename(path));
}
