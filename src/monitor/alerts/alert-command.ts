import { spawn } from 'node:child_process';
import type { Alert } from './alert.js';
import { type AlertTarget, DeliveryError } from './outbox.js';

export interface AlertCommandOptions {
  /** For a shell. It may hold a password: it is in no message. */
  readonly command: string;
  /** Its variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How messages tell it from others. */
  readonly shown: string;
  /** Ends a process and all that it started, by the id of their group. */
  readonly killGroup: (pid: number) => void;
}

/**
 * A command that gets each alert as one line of JSON on its standard input. Its output is nobody's. It is run once for an alert, never again: a mail should not come twice.
 */
export class AlertCommand implements AlertTarget {
  readonly shown: string;
  readonly timeoutMs = 30_000;
  readonly attempts = 1;

  constructor(private readonly options: AlertCommandOptions) {
    this.shown = options.shown;
  }

  deliver(alert: Alert, signal: AbortSignal): Promise<void> {
    const { command, environment, killGroup } = this.options;
    return new Promise((resolve, reject) => {
      // In a group of its own: Ctrl-C, which stops the run, must not end the command that tells of it.
      const child = spawn('/bin/sh', ['-c', command], {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
        env: { ...environment },
      });
      const kill = () => {
        if (child.pid !== undefined) killGroup(child.pid);
        end('it took too long and was killed');
      };
      signal.addEventListener('abort', kill, { once: true });
      const end = (problem: string | undefined) => {
        signal.removeEventListener('abort', kill);
        if (problem === undefined) resolve();
        else reject(new DeliveryError(problem));
      };
      child.once('error', (error) => end('code' in error ? String(error.code) : 'it could not be started'));
      child.once('exit', (code, killedBy) => {
        if (killedBy !== null) end(`it was ended by ${killedBy}`);
        else end(code === 0 ? undefined : `exit code ${code}`);
      });
      // A command need not read it.
      child.stdin.on('error', () => {});
      child.stdin.end(`${JSON.stringify(alert)}\n`);
    });
  }

  async close(): Promise<void> {}
}
