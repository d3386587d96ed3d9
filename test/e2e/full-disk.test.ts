import { spawn } from 'node:child_process';
import { chmod, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { smallDisk } from '../support/small-disk.js';
import { API_KEY, enrichedCsv, rowsCsv, runArguments, type Workbench, workbench } from './workbench.js';

const PROGRAM = join(import.meta.dirname, '../../bin/batchai.js');
const WIDE = { bytes: 400 };
const ROWS = 1500;

/** What a shell's `ulimit -f` counts in, in bytes. */
const BLOCK = 1024;

it.each([
  ['journal', 40],
  ['output', 200],
])(
  'stops with 1 where a file can grow no further (the %s first), and goes on once it can',
  async (_file, blocks) => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 2 });
    await bench.write('rows.csv', rowsCsv(ROWS, WIDE));

    const limited = await runLimited(bench, blocks);
    const calls = bench.server.requests.length;
    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

    expect(limited.stdout).toBe('');
    expect(limited.stderr).toMatch(/^batchai: error: .*(too large|EFBIG).*$/m);
    expect(limited.stderr).not.toMatch(/^ {4}at /m);
    expect(limited.code).toBe(1);
    expect(calls).toBeLessThan(ROWS);
    expect(await bench.list()).toContain('out.csv');
    expect(resumed.code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS, WIDE));
    expect(bench.server.requests.length).toBeLessThanOrEqual(ROWS + 10);
  },
);

it('stops with 1 when the disk is full, and goes on once there is room', async (context) => {
  const bench = await workbench({ keyColumn: 'id', latencyMs: 2 });
  const disk = bench.path('disk');
  await mkdir(disk);
  const refusal = await smallDisk(disk);
  if (refusal !== undefined) {
    context.skip(`no small disk can be mounted here: ${refusal}`);
    return;
  }
  await bench.write('rows.csv', rowsCsv(ROWS, WIDE));
  const { bavail, bsize } = await statfs(disk);
  await writeFile(join(disk, 'ballast'), Buffer.alloc(bavail * bsize - 150 * BLOCK));
  const args = ['rows.csv', '-o', 'disk/out.csv'];

  const full = await bench.run(args);
  const stillFull = await bench.run([...args, '--resume']);
  await rm(join(disk, 'ballast'));
  const resumed = await bench.run([...args, '--resume']);

  expect(full).toMatchObject({ code: 1, stdout: '' });
  expect(full.stderr).toMatch(
    /^batchai: error: .*the disk is full; make room, then go on\nbatchai: go on: batchai resume disk\/out\.csv$/m,
  );
  expect(full.stderr).not.toMatch(/^ {4}at /m);
  expect(stillFull.code).toBe(1);
  expect(stillFull.stderr).toContain('the disk is full');
  expect(resumed.code).toBe(0);
  expect(await bench.read('disk/out.csv')).toBe(enrichedCsv(ROWS, WIDE));
  expect(bench.server.requests.length).toBeLessThanOrEqual(ROWS + 20);
});

it('refuses an output folder that it may not write to', async (context) => {
  const bench = await workbench();
  if (process.getuid?.() === 0) {
    context.skip('root may write everywhere');
    return;
  }
  await bench.write('rows.csv', rowsCsv(1));
  await mkdir(bench.path('locked'));
  await chmod(bench.path('locked'), 0o500);

  const result = await bench.run(['rows.csv', '-o', 'locked/out.csv']);

  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('not writable') });
  expect(bench.server.requests).toHaveLength(0);
});

/** Runs the program in a shell that lets no file grow past so many blocks. */
async function runLimited({ folder, server }: Workbench, blocks: number) {
  const args = [PROGRAM, ...runArguments(server.url), 'rows.csv', '-o', 'out.csv'];
  const child = spawn('bash', ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, process.execPath, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, PROMPTHA_API_KEY: API_KEY },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (piece) => {
    stdout += piece;
  });
  child.stderr.on('data', (piece) => {
    stderr += piece;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}
