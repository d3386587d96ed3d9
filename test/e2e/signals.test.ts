import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { API_KEY, enrichedCsv, rowsCsv, runArguments, type Workbench, workbench } from './workbench.js';

const PROGRAM = join(import.meta.dirname, '../../bin/batchai.js');
const OUT = ['rows.csv', '-o', 'out.csv', '-c', '4'];

describe('a run whose terminal goes', () => {
  it('takes the second SIGHUP, of the shell, for the first one', async () => {
    const { bench, firstCalls } = await slowBench();
    const batchai = bench.start(OUT);
    await firstCalls;

    batchai.child.kill('SIGHUP');
    await batchai.stderrIncludes('stopping');
    batchai.child.kill('SIGHUP');
    const stopped = await batchai.finished;
    const resumed = await bench.run([...OUT, '--resume']);

    expect([stopped.code, resumed.code]).toEqual([129, 0]);
    expect(bench.server.requests, 'what was in the air landed').toHaveLength(20);
  });

  it.runIf(process.platform === 'linux')('goes on where it was started by nohup', async () => {
    const { bench, firstCalls } = await slowBench();
    // As nohup leaves a standard input that was a terminal.
    const unreadable = openSync('/dev/null', 'w');
    const child = spawn('nohup', [process.execPath, PROGRAM, ...runArguments(bench.server.url), ...OUT], {
      cwd: bench.folder,
      env: { PATH: process.env.PATH, PROMPTHA_API_KEY: API_KEY },
      stdio: [unreadable, 'ignore', 'ignore'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    await firstCalls;

    child.kill('SIGHUP');

    expect(await ended).toEqual([0, null]);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(20));
  });
});

describe('an option without its value', () => {
  it.each([
    ['run', ['rows.csv', '-f', 'x', '-o', '--resume'], '--output: wanted a value, got --resume'],
    ['run', ['rows.csv', '-f', 'x', '--checkpoint', '-o', 'out.csv'], '--checkpoint: wanted a value, got -o'],
    ['run', ['rows.csv', '-f', 'x', '-o', ''], '--output: wanted a value, got an empty one'],
    ['run', ['rows.csv', '-f', 'x', '--output='], '--output: wanted a value, got an empty one'],
    ['retry', ['out.csv', '--fabric', '--json'], '--fabric: wanted a value, got --json'],
    ['report', ['out.csv', '-o', '--checkpoint'], '--output: wanted a value, got --checkpoint'],
    ['worker', ['--queue', '--name'], '--queue: wanted a value, got --name'],
    ['cache', ['clear', '--cache', '--yes'], '--cache: wanted a value, got --yes'],
    ['fabrics', ['check', 'x.yaml', '--input', '--format'], '--input: wanted a value, got --format'],
  ])('does not take another option for it: %s %j', async (command, args, says) => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(2));

    const { code, stderr } = await bench.batchai([command, ...args]);

    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(await bench.list()).toEqual(['rows.csv']);
  });

  it('takes a lone - and a name with a path for what they are', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(2));

    const out = await bench.run(['rows.csv', '-o', '-']);
    const named = await bench.run(['rows.csv', '-o', './--rows.csv']);

    expect([out.code, named.code]).toEqual([0, 0]);
    expect(await bench.read('--rows.csv')).toBe(out.stdout);
  });
});

/** A bench with 20 rows, whose service takes its time. */
async function slowBench(): Promise<{ bench: Workbench; firstCalls: Promise<void> }> {
  let tellFirst = () => {};
  const firstCalls = new Promise<void>((resolve) => {
    tellFirst = resolve;
  });
  let calls = 0;
  const bench = await workbench({
    behave: () => {
      if (++calls === 4) tellFirst();
      return { kind: 'delay', ms: 300 };
    },
  });
  await bench.write('rows.csv', rowsCsv(20));
  return { bench, firstCalls };
}
