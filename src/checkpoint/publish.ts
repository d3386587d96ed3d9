import { copyFile, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { behindLinks } from './behind-links.js';
import { syncFolder } from './replace-file.js';

/**
 * Makes a whole file appear under its name, at once and for good; from another disk too. Where the name is that of a
 * symbolic link, the file behind it is replaced.
 */
export async function publish(partial: string, name: string): Promise<void> {
  const path = await behindLinks(name);
  try {
    await rename(partial, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    const beside = `${path}.batchai-partial`;
    await copyFile(partial, beside);
    await flush(beside);
    await rename(beside, path);
    await rm(partial);
  }
  await syncFolder(dirname(path));
}

/** Removes a file, the one behind a symbolic link too, so that no power failure brings it back. */
export async function removeForGood(name: string): Promise<void> {
  const path = await behindLinks(name);
  await rm(path, { force: true });
  await syncFolder(dirname(path));
}

/** Puts a copy on disk: it may be in the system's cache only when it gets the name that counts. */
export async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
