import { spawn, spawnSync } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Shell } from '../../src/cli/completion/shells.js';
import { OutputWatch } from './output-watch.js';
import { REPOSITORY } from './start-batchai.js';
import { until } from './until.js';

/** Util-linux's `script` gives a program a terminal; that of macOS has other options. */
const hasTerminal = (spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '').includes(
  'util-linux',
);

/** Whether a shell is here, and a terminal for it; where it is not, the tests of completing in it are left out. */
export function hasShell(shell: Shell): boolean {
  const isHere = spawnSync(shell, ['-c', ':']).status === 0;
  return isHere && (shell === 'fish' || hasTerminal);
}

/** The environment of a shell in which `batchai` is the built program; its home is the folder. */
export async function shellEnvironment(folder: string): Promise<Record<string, string>> {
  const program = join(folder, 'batchai');
  await writeFile(
    program,
    `#!/bin/sh\nexec "${process.execPath}" "${join(REPOSITORY, 'bin/batchai.js')}" "$@"\n`,
  );
  await chmod(program, 0o755);
  return { PATH: `${folder}${delimiter}${process.env.PATH}`, HOME: folder, TERM: 'xterm', LC_ALL: 'C.UTF-8' };
}

export interface ShellTerminal {
  /** Types keys, without waiting for anything. */
  type(keys: string): void;
  /** When the terminal has shown the text, after all that was looked for before. */
  shows(text: string): Promise<void>;
}

/** A shell at a terminal of 100 columns, as a person has it. It is ended with the test. */
export function openShell(command: string, cwd: string, env: Record<string, string>): ShellTerminal {
  const child = spawn('script', ['-qefc', `stty cols 100 rows 30; exec ${command}`, '/dev/null'], {
    cwd,
    env,
    stdio: 'pipe',
  });
  child.stdin.on('error', () => undefined);
  const output = new OutputWatch(child.stdout);
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    // The shell ends with its terminal, which is script's: other signals than this one it holds back.
    child.kill('SIGKILL');
    await ended;
  });
  let seen = 0;
  return {
    type: (keys) => child.stdin.write(keys),
    shows: async (text) => {
      await until(() => output.text.includes(text, seen)).catch((error: unknown) => {
        throw new Error(`wanted ${JSON.stringify(text)} in ${JSON.stringify(output.text.slice(seen))}`, {
          cause: error,
        });
      });
      seen = output.text.indexOf(text, seen) + text.length;
    },
  };
}
