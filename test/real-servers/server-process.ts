import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Record<string, string>;
  /** Where what it says goes. */
  readonly log: string;
}

/** Somebody else's server, started and ended as often as a test wants. */
export class ServerProcess {
  readonly #command: ServerCommand;
  #child: ChildProcess | undefined;

  constructor(command: ServerCommand) {
    this.#command = command;
  }

  /** Where it does not run already. Does not wait until it answers. */
  start(): void {
    if (this.#child !== undefined) return;
    const { command, args, cwd, env, log } = this.#command;
    const said = openSync(log, 'a');
    const { PATH, HOME } = process.env;
    this.#child = spawn(command, args, {
      cwd,
      env: { ...(PATH && { PATH }), ...(HOME && { HOME }), ...env },
      stdio: ['ignore', said, said],
    });
    closeSync(said);
  }

  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  /**
   * The first answer for which `wanted` holds; asks again until then.
   *
   * @throws Error when the server has ended
   */
  async untilItAnswers(url: string, wanted: (status: number) => boolean): Promise<Response> {
    while (this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null) {
      const answer = await fetch(url).catch(() => undefined);
      if (answer !== undefined && wanted(answer.status)) return answer;
      await answer?.body?.cancel();
      await sleep(20);
    }
    throw new Error(`${this.#command.command} has ended; what it said is in ${this.#command.log}`);
  }
}
