import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nearestName } from '../prompt/nearest-name.js';

/** The fabric file beside whose name without its ending was probably meant by `name`: `reviews.yaml` of `reviews`. */
export async function fabricFileOfName(name: string): Promise<string | undefined> {
  const folder = dirname(name);
  const files: readonly string[] = await readdir(folder).catch(() => []);
  const byName = new Map(
    files.filter((file) => FABRIC_FILE.test(file)).map((file) => [file.replace(FABRIC_FILE, ''), file]),
  );
  const file = byName.get(nearestName(basename(name), byName.keys()) ?? '');
  return file === undefined ? undefined : join(folder, file);
}

const FABRIC_FILE = /\.ya?ml$/i;

/**
 * ` (did you mean reviews.yaml?)`, for a file that is not there; empty where none has a name like that, or it is.
 *
 * @param isKind whether a file of this name could have been meant
 */
export async function meantFile(path: string, isKind: (name: string) => boolean): Promise<string> {
  const folder = dirname(path);
  const names: readonly string[] = await readdir(folder).catch(() => []);
  if (names.includes(basename(path))) return '';
  const nearest = nearestName(basename(path), names.filter(isKind));
  return nearest === undefined ? '' : ` (did you mean ${join(folder, nearest)}?)`;
}
