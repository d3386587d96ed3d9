import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from './temporary-folder.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What a checkout is after `npm ci`, as far as the examples use it. */
export interface Checkout {
  /** Runs a script in it that ends at the first command that fails. */
  run(script: string): Promise<{ code: number; stdout: string; stderr: string }>;
  read(name: string): Promise<string>;
  write(name: string, content: string): Promise<void>;
  /** Reads from the folder that an example had mktemp make. */
  readOut(name: string): Promise<string>;
}

export async function installedCheckout(env: Record<string, string> = {}): Promise<Checkout> {
  const home = await temporaryFolder();
  const folder = join(home, 'batchai');
  const temporary = join(home, 'tmp');
  await mkdir(join(folder, 'node_modules', '.bin'), { recursive: true });
  await mkdir(temporary);
  await cp(join(REPOSITORY, 'fixtures'), join(folder, 'fixtures'), { recursive: true });
  await symlink(join(REPOSITORY, 'bin'), join(folder, 'bin'));
  await symlink(join(REPOSITORY, 'bin', 'batchai.js'), join(folder, 'node_modules', '.bin', 'batchai'));
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    TMPDIR: temporary,
    // npx finds batchai beside it, and has nothing to ask a registry for.
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    ...env,
  };
  return {
    run: (script) => runShell(script, folder, environment),
    read: (name) => readFile(join(folder, name), 'utf8'),
    write: (name, content) => writeFile(join(folder, name), content),
    readOut: async (name) => {
      const [made = ''] = await readdir(temporary);
      return readFile(join(temporary, made, name), 'utf8');
    },
  };
}

/** Below vitest's own limit for a test, so that what was printed is shown. */
const SHELL_TIMEOUT_MS = 55_000;

function runShell(script: string, cwd: string, env: NodeJS.ProcessEnv) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve, reject) => {
    execFile('sh', ['-e', '-c', script], { cwd, env, timeout: SHELL_TIMEOUT_MS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else
        reject(new Error(`wanted an exit code of the script, got ${error?.message}\n${stdout}\n${stderr}`));
    });
  });
}
