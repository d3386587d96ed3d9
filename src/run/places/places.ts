import { stat } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { behindLinks } from '../../checkpoint/behind-links.js';
import { SetUpError } from '../settings/set-up-error.js';

/** A file or folder that a command uses. */
export interface Place {
  /** For messages: `the output`. */
  readonly what: string;
  readonly path: string;
  /** `folder`: of its own, in which no other file of the command may lie. `cache`: a folder with files of its own among others. */
  readonly use: 'read' | 'written' | 'folder' | 'cache';
}

/** What cacache keeps in its folder. */
const IN_CACHE = /^(content-v\d+|index-v\d+|tmp)(?:\/|$)/;

interface FoundPlace extends Place {
  /** The path with all links resolved. */
  readonly real: string;
  /** Identifies the file under all its names, hard links included; undefined where it does not exist. */
  readonly file: string | undefined;
}

/**
 * Refuses a command that would write to one of its other files, also through another name or link.
 *
 * @throws SetUpError which says which two are the same.
 */
export async function checkPlacesApart(places: readonly Place[]): Promise<void> {
  const found: FoundPlace[] = [];
  for (const place of places) {
    const here = await findPlace(place);
    for (const other of found) checkApart(here, other);
    found.push(here);
  }
}

async function findPlace(place: Place): Promise<FoundPlace> {
  const real = await behindLinks(place.path);
  const there = await stat(real, { bigint: true }).catch(() => undefined);
  const isFolder = place.use === 'folder' || place.use === 'cache';
  if (isFolder && there !== undefined && !there.isDirectory()) {
    throw new SetUpError(
      `${place.path} is to be ${place.what}'s folder, but is a file; choose another with ${place.use === 'cache' ? '--cache' : '--checkpoint'}`,
    );
  }
  return { ...place, real, file: there === undefined ? undefined : `${there.dev}:${there.ino}` };
}

function checkApart(one: FoundPlace, other: FoundPlace): void {
  if (one.use === 'read' && other.use === 'read') return;
  if (one.real === other.real || (one.file !== undefined && one.file === other.file))
    throw new SetUpError(`${one.what} and ${other.what} are the same file, ${one.path}; choose another name`);
  const [inner, outer] = owns(one, other) ? [other, one] : owns(other, one) ? [one, other] : [];
  if (inner === undefined || outer === undefined) return;
  throw new SetUpError(
    `${inner.what} would lie among the files of ${outer.what}, in ${outer.path}; choose another place`,
  );
}

function owns(outer: FoundPlace, inner: FoundPlace): boolean {
  const way = relative(outer.real, inner.real).split(sep).join('/');
  if (way.startsWith('../') || way === '..') return false;
  return outer.use === 'folder' || (outer.use === 'cache' && IN_CACHE.test(way));
}
