import { open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { behindLinks } from '../../checkpoint/behind-links.js';
import { SetUpError } from '../settings/set-up-error.js';
import { checkPageName } from './file-names.js';
import { checkPlacesApart, type Place } from './places.js';

/** A kind of page that batchai makes. */
export interface PageKind {
  /** For messages: `the report`. */
  readonly what: string;
  /** `report`, as in `it is no report`. */
  readonly kind: string;
  /** Stands in the first lines of each such page. */
  readonly mark: string;
}

/**
 * Checks the place of a page: it replaces an older one of its kind, and nothing else.
 *
 * @param places of the other files of the command
 * @throws SetUpError
 */
export async function checkPagePlace(
  path: string,
  places: readonly Place[],
  { what, kind, mark }: PageKind,
): Promise<void> {
  await checkPlacesApart([...places, { what, path, use: 'written' }]);
  const parent = dirname(await behindLinks(path));
  const folder = await stat(parent).catch(() => undefined);
  if (!folder?.isDirectory())
    throw new SetUpError(`${path} cannot be written: there is no folder ${dirname(path)}`);
  const there = await stat(path).catch(() => undefined);
  if (there !== undefined) {
    if (!there.isFile()) throw new SetUpError(`${path} is not a plain file; use - for standard output`);
    if (there.size > 0 && !(await hasMark(path, mark)))
      throw new SetUpError(`${path} exists already and is no ${kind}; give -o another name`);
  }
  checkPageName(path, `a ${kind}`);
}

async function hasMark(path: string, mark: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(2_000), position: 0 });
    return buffer.toString('utf8', 0, bytesRead).includes(mark);
  } finally {
    await file.close();
  }
}
