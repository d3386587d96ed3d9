import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a TypeScript program where no file may have more than 1,024 bytes, and gives the JSON that it says. */
export async function runWhereFilesAreSmall(program: string, ...args: string[]): Promise<unknown> {
  const node = [process.execPath, '--import', 'tsx', program, ...args];
  const { stdout } = await promisify(execFile)('sh', ['-c', 'ulimit -f 2; exec "$@"', 'sh', ...node], {
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
  });
  return JSON.parse(stdout);
}
