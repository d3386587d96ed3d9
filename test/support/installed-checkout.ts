import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.js';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What a checkout is after `npm ci`, with batchai as a command, as far as the examples use it. */
export interface Checkout {
  /** Runs a script in it that ends at the first command that fails. */
  run(script: string): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Starts a script that goes on until it is stopped, as in a terminal of its own. */
  start(script: string): StartedScript;
  read(name: string): Promise<string>;
  write(name: string, content: string): Promise<void>;
  /** Reads from the folders that examples had mktemp make. */
  readOut(name: string): Promise<string>;
}

export interface StartedScript {
  /** Ctrl-C, and what it has printed to standard error once all of it has ended. */
  interrupt(): Promise<string>;
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
    // As after an installation, batchai is a command.
    PATH: `${join(folder, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
    HOME: home,
    TMPDIR: temporary,
    // npx finds batchai beside it, and has nothing to ask a registry for.
    npm_config_offline: 'true',
    npm_config_update_notifier: 'false',
    ...env,
  };
  return {
    run: (script) => runShell(script, folder, environment),
    start: (script) => startShell(script, folder, environment),
    read: (name) => readFile(join(folder, name), 'utf8'),
    write: (name, content) => writeFile(join(folder, name), content),
    readOut: async (name) => {
      const made = await readdir(temporary);
      const paths = made.map((folder) => join(temporary, folder, name));
      return readFile(paths.find(existsSync) ?? join(temporary, name), 'utf8');
    },
  };
}

/** Below vitest's own limit for a test, so that what was printed is shown. */
const SHELL_TIMEOUT_MS = 150_000;

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

function startShell(script: string, cwd: string, env: NodeJS.ProcessEnv): StartedScript {
  // A terminal sends its Ctrl-C to all that runs in it: a group of processes.
  const shell = spawn('sh', ['-e', '-c', script], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const closed = once(shell, 'close');
  let stderr = '';
  shell.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const end = async (signal: NodeJS.Signals) => {
    if (shell.pid !== undefined && shell.exitCode === null && shell.signalCode === null) {
      process.kill(-shell.pid, signal);
    }
    await closed;
  };
  onTestFinished(() => end('SIGKILL'));
  return {
    interrupt: async () => {
      await end('SIGINT');
      return stderr;
    },
  };
}
