import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { platform } from 'node:os';
import { dirname } from 'node:path';

/**
 * Replaces a file so that after any crash, a power failure included, either the old content or the new
 * one is there, whole: written beside it, flushed, renamed, and the folder flushed.
 */
export async function replaceFile(path: string, content: string): Promise<void> {
  const beside = `${path}.new`;
  await replaceBy(beside, path, await open(beside, 'w', 0o600), content);
}

/** The same in a folder that is not ours, where no file beside it is touched, whatever its name. */
export async function replaceFileAmongOthers(path: string, content: string): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await replaceBy(beside, path, file, content);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

async function replaceBy(beside: string, path: string, file: FileHandle, content: string): Promise<void> {
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
  await syncFolder(dirname(path));
}

/**
 * Some file systems (of networks, of memory cards, in user space) flush no folder: then their names are as durable as
 * they make them.
 */
const CANNOT_FLUSH: ReadonlySet<unknown> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR']);

/** Makes the names in a folder durable. Windows cannot flush a folder and does not need to. */
export async function syncFolder(folder: string): Promise<void> {
  if (platform() === 'win32') return;
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && CANNOT_FLUSH.has(error.code))) throw error;
  }
}
