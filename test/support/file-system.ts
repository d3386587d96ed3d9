import { type FileHandle, default as promises } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { onTestFinished } from 'vitest';

/** What a test has Node's file system do otherwise, and what it hears of it. */
export interface FileSystemChanges {
  /** The code that a hard link fails with, as on FAT. */
  readonly linkFails?: string;
  /** The code that the flush of a folder fails with, as on some file systems of networks. */
  readonly folderSyncFails?: string;
  /** Hears of removed files and flushed folders, in order. */
  readonly heard?: (what: string) => void;
}

/** Node's file system as one on another disk would be, until the test ends. */
export function changeFileSystem({ linkFails, folderSyncFails, heard }: FileSystemChanges): void {
  const { link, open, rm } = promises;
  onTestFinished(() => {
    Object.assign(promises, { link, open, rm });
    syncBuiltinESMExports();
  });
  if (linkFails !== undefined) promises.link = () => Promise.reject(errorOf(linkFails));
  promises.rm = async (path, options) => {
    await rm(path, options);
    heard?.(`removed ${path}`);
  };
  promises.open = async (path, flags, mode) => {
    const handle = await open(path, flags, mode);
    if ((await handle.stat()).isDirectory()) listen(handle, String(path));
    return handle;
  };
  syncBuiltinESMExports();

  function listen(handle: FileHandle, path: string): void {
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      if (folderSyncFails !== undefined) throw errorOf(folderSyncFails);
      await sync();
      heard?.(`flushed ${path}`);
    };
  }
}

function errorOf(code: string): Error {
  return Object.assign(new Error(`${code}: as the test wants it`), { code });
}
