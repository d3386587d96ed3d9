import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** Tells whether two machines have the same module: the SHA-256 of its file, in hex. */
export async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
