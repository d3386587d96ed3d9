import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { AlertCommand } from '../../../src/monitor/alerts/alert-command.js';
import { DeliveryError } from '../../../src/monitor/alerts/delivery-queue.js';
import { killGroup } from '../../../src/this-process.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { anAlert } from './some-alerts.js';

const never = () => new AbortController().signal;

function aCommand(command: string): AlertCommand {
  return new AlertCommand({ command, environment: process.env, shown: 'the alert command', killGroup });
}

it('a command gets the alert as one line of JSON', async () => {
  const path = join(await temporaryFolder(), 'alerts');
  const alert = anAlert('slow', { text: `it's "slow" $HOME` });

  await aCommand(`cat >> '${path}'`).deliver(alert, never());
  await aCommand(`cat >> '${path}'`).deliver(anAlert('stall'), never());

  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual([alert, anAlert('stall')]);
});

it('a command need not read, and may say what it likes', async () => {
  const summary = { words: 'x'.repeat(1_000_000) };

  await expect(
    aCommand('echo out; echo err >&2').deliver(anAlert('finished', { summary }), never()),
  ).resolves.toBeUndefined();
});

it.each([
  ['exit 3', 'exit code 3'],
  ['no-such-program-here', 'exit code 127'],
  ['kill -TERM $$', 'it was ended by SIGTERM'],
])('%s is a failure: %s', async (command, problem) => {
  await expect(aCommand(command).deliver(anAlert(), never())).rejects.toThrow(new DeliveryError(problem));
});

it('a command that takes too long is killed, with all that it has started', async () => {
  const folder = await temporaryFolder();
  const pidFile = join(folder, 'pid');
  const controller = new AbortController();

  const delivered = aCommand(
    `sleep 1000 & echo $! > '${pidFile}.new'; mv '${pidFile}.new' '${pidFile}'; wait`,
  ).deliver(anAlert(), controller.signal);
  const pid = Number(await contentOf(pidFile));
  controller.abort();

  await expect(delivered).rejects.toThrow(new DeliveryError('it took too long and was killed'));
  await ended(pid);
});

it('a command gets the environment', async () => {
  const path = join(await temporaryFolder(), 'path');
  await writeFile(path, '');

  await aCommand(`printf %s "$PATH" > '${path}'`).deliver(anAlert(), never());

  expect(await readFile(path, 'utf8')).toBe(process.env.PATH);
});

/** A file's content, once it is there. */
async function contentOf(path: string): Promise<string> {
  for (;;) {
    try {
      return await readFile(path, 'utf8');
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** Comes back when there is no such process any more, but for one that nobody has asked about. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (state === '' || / Z /.test(state)) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
