import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder that is removed, with all that is in it, when the running test ends. */
export async function temporaryFolder(): Promise<string> {
  // The real path, so that a test can compare it with what a program prints.
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'batchai-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
