import { spawn } from 'node:child_process';
import type { Alert } from './alert.js';
import { type AlertTarget, DeliveryError } from './delivery-queue.js';

export interface AlertCommandOptions {
  /** For a shell. It may hold a password, so no message has it. */
  readonly command: string;
  /** Its variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Its name in messages. */
  readonly shown: string;
  /** Kills a process group by its id. */
  readonly killGroup: (pid: number) => void;
}

/**
 * A command that gets each alert as one line of JSON on its standard input. Its output is discarded. It runs once for
 * an alert, without retries: a mail should not come twice.
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
      // In a process group of its own: Ctrl-C, which stops the run, must not kill the command that reports it.
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
      // A command may leave its input unread.
      child.stdin.on('error', () => {});
      child.stdin.end(`${JSON.stringify(alert)}\n`);
    });
  }

  async close(): Promise<void> {}
}
