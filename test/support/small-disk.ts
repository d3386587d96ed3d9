import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

/** Mounts a disk of 2 MB that is unmounted when the test ends; gives the reason where it cannot be done. */
export async function smallDisk(folder: string): Promise<string | undefined> {
  const run = promisify(execFile);
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'it takes root on Linux';
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder]);
  } catch (error) {
    return String(error).split('\n')[0];
  }
  onTestFinished(async () => {
    await run('umount', [folder]);
  });
  return undefined;
}
