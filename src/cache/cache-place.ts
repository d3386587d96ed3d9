import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Marks a folder as a cache of answers and nothing else. */
const MARKER = 'batchai-cache.json';

/** The names that cacache uses in a cache's folder. */
const STORED = /^(?:content-v\d+|index-v\d+|tmp)$/;

const FOR_THE_USER_ALONE = { file: 0o600, folder: 0o700 } as const;

/** Makes the folder of a cache, and marks it where it was empty before. */
export async function makeCacheFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOR_THE_USER_ALONE.folder });
  if ((await readdir(folder)).length > 0) return;
  await writeFile(join(folder, MARKER), '{"holds":"answers kept by batchai","version":1}\n', {
    mode: FOR_THE_USER_ALONE.file,
  });
}

/** Closes the folders to other users, because answers may be confidential and cacache's files may be readable by all. */
export async function closeToOthers(folder: string): Promise<void> {
  for (const name of await storedIn(folder)) await chmod(join(folder, name), FOR_THE_USER_ALONE.folder);
}

/** True if a run has made the folder for its answers. */
export async function isMarked(folder: string): Promise<boolean> {
  return (await stat(join(folder, MARKER)).catch(() => undefined))?.isFile() ?? false;
}

/** The names in a folder that are cacache's. */
export async function storedIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => STORED.test(name));
}
