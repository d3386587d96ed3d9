import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the environments are kept from one run to the next; without it, each run makes its own. */
const KEPT_IN = 'BATCHAI_VENVS';

const INSTALLING_MS = 30 * 60_000;

export type VirtualEnvironment =
  | { readonly kind: 'ready'; readonly bin: string; readonly remove: () => void }
  | { readonly kind: 'missing'; readonly why: string };

/**
 * A Python environment with exactly the packages of a requirements file, which names all of them: pip looks for
 * nothing besides, and compiles nothing.
 *
 * @param name what the folder is called
 * @param requirements the path of the file, `name==version` a line
 */
export function virtualEnvironment(name: string, requirements: string): VirtualEnvironment {
  const pins = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const keptIn = process.env[KEPT_IN];
  const made = keptIn || mkdtempSync(join(tmpdir(), 'batchai-venvs-'));
  const folder = join(made, `${name}-${pins}`);
  const remove = () => {
    if (!keptIn) rmSync(made, { recursive: true, force: true });
  };
  // Only a whole environment has this file.
  const whole = join(folder, 'whole.txt');
  if (existsSync(whole)) return { kind: 'ready', bin: join(folder, 'bin'), remove };
  rmSync(folder, { recursive: true, force: true });
  const why = install(folder, requirements);
  if (why !== undefined) {
    rmSync(folder, { recursive: true, force: true });
    remove();
    return { kind: 'missing', why };
  }
  writeFileSync(whole, '');
  return { kind: 'ready', bin: join(folder, 'bin'), remove };
}

/** Why it could not be done, if it could not. */
function install(folder: string, requirements: string): string | undefined {
  const made = spawnSync('python3', ['-m', 'venv', folder], { encoding: 'utf8' });
  if (made.error !== undefined) return 'python3 is not installed';
  if (made.status !== 0)
    return `python3 makes no virtual environment: ${lastLineOf(made.stdout + made.stderr)}`;
  const installed = spawnSync(
    join(folder, 'bin', 'pip'),
    [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary',
      ':all:',
      '-r',
      requirements,
    ],
    { encoding: 'utf8', timeout: INSTALLING_MS },
  );
  return installed.status === 0 ? undefined : `pip: ${lastLineOf(installed.stderr)}`;
}

function lastLineOf(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
