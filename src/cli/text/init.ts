import type { StartingPoint } from '../../run/set-up/starting-points.js';
import type { Environment } from '../../run/settings/environment.js';
import { shellCommand } from '../../run/settings/shell-command.js';

/** What `batchai init` has written, and the commands that come next, each as it can be pasted. */
export function initText(done: {
  readonly input: string;
  readonly path: string;
  readonly point: StartingPoint;
  readonly environment: Environment;
}): string {
  const { input, path, point, environment } = done;
  const hasOutput = point.provider !== 'promptha';
  const command = (name: string, ...more: string[]) =>
    `  ${shellCommand(['batchai', name, input, '-f', path, ...more])}\n`;
  const { keyEnv } = point;
  const key =
    keyEnv === undefined || environment[keyEnv]
      ? ''
      : `batchai: preview and run need a key: set ${keyEnv}, or add --env-file with a file that has it\n`;
  return `batchai: wrote ${path}: read it, change it, then
${command('preview')}${command('estimate')}${command('run', ...(hasOutput ? ['--columns'] : []))}${key}`;
}
