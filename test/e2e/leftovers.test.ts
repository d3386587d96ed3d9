import { copyFile, mkdir, readdir, readlink, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-fabric-server.js';
import { smallDisk } from '../support/small-disk.js';
import { enrichedCsv, parseCsv, rowsCsv, workbench } from './workbench.js';

const REFUSED: Behaviour = { kind: 'status', status: 422, body: { message: 'no such thing' } };
const WIDE = { bytes: 200 };
const FIRST = 400;
const ALL = 600;

/** A service that refuses every tenth row until it is mended. */
async function brokenBench() {
  const state = { mended: false };
  const bench = await workbench({
    keyColumn: 'id',
    behave: ({ inputs }) => (!state.mended && Number(inputs.id) % 10 === 0 ? REFUSED : undefined),
  });
  return { bench, state };
}

it('writes every row where a resume was killed as it began, then a retry, then the resume again', async () => {
  const { bench, state } = await brokenBench();
  await bench.write('rows.csv', rowsCsv(FIRST, WIDE));
  await bench.run(['rows.csv', '-o', 'out.csv']);
  await bench.write('rows.csv', rowsCsv(ALL, WIDE));
  // What is there after a kill between the copy and the first checkpoint.
  await copyFile(bench.path('out.csv'), bench.path('out.csv.checkpoint/output.partial'));
  state.mended = true;

  const retried = await bench.batchai(['retry', 'out.csv']);
  const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume', '--json']);

  expect([retried.code, resumed.code]).toEqual([0, 0]);
  expect(JSON.parse(resumed.stdout)).toMatchObject({ total: ALL, succeeded: ALL });
  expect(await bench.read('out.csv')).toBe(enrichedCsv(ALL, WIDE));
});

it('writes every row where the disk was full whenever a grown run was resumed or retried', async (context) => {
  const { bench, state } = await brokenBench();
  const disk = bench.path('disk');
  await mkdir(disk);
  const refusal = await smallDisk(disk);
  if (refusal !== undefined) {
    context.skip(`no small disk can be mounted here: ${refusal}`);
    return;
  }
  const ballast = join(disk, 'ballast');
  const leaveRoom = async (bytes: number) => {
    await rm(ballast, { force: true });
    const { bavail, bsize } = await statfs(disk);
    await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
  };
  const run = ['rows.csv', '-o', 'disk/out.csv'];
  await bench.write('rows.csv', rowsCsv(FIRST, WIDE));
  await bench.run(run);
  await bench.write('rows.csv', rowsCsv(ALL, WIDE));
  state.mended = true;

  const codes: (number | null)[] = [];
  // The output has 90 kB: there is room for no copy, for the copy alone, for a little more.
  for (const room of [4, 88, 92, 96, 100, 108]) {
    await leaveRoom(room * 1024);
    codes.push((await bench.run([...run, '--resume'])).code);
    codes.push((await bench.batchai(['retry', 'disk/out.csv'])).code);
  }
  const openFiles = await filesOpenIn(disk);
  await rm(ballast);
  const resumed = await bench.run([...run, '--resume']);
  const retried = await bench.batchai(['retry', 'disk/out.csv', '--json']);

  expect(codes).toContain(1);
  expect(openFiles).toEqual([]);
  expect(resumed.code, resumed.stderr).toBeOneOf([0, 3]);
  expect(retried.code, retried.stderr).toBe(0);
  expect(parseCsv(await bench.read('disk/out.csv'))).toHaveLength(ALL);
  expect(await bench.read('disk/out.csv')).toBe(enrichedCsv(ALL, WIDE));
});

it('leaves an output as it is that was edited after its run, where the input grew', async () => {
  const { bench } = await brokenBench();
  await bench.write('rows.csv', rowsCsv(5));
  await bench.run(['rows.csv', '-o', 'out.csv']);
  const edited = (await bench.read('out.csv')).replace('described 00002', 'DESCRIBED 00002');
  await bench.write('out.csv', edited);
  await bench.write('rows.csv', rowsCsv(8));

  const resumed = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

  expect(resumed.code).toBe(2);
  expect(resumed.stderr).toContain('out.csv was changed since its run (its checksum is another)');
  expect(await bench.read('out.csv')).toBe(edited);
  expect(bench.server.requests).toHaveLength(5);
});

/** What this process has open of a folder, where the system tells. */
async function filesOpenIn(folder: string): Promise<string[]> {
  const open = '/proc/self/fd';
  const paths = (await readdir(open)).map((fd) => readlink(join(open, fd)).catch(() => ''));
  return (await Promise.all(paths)).filter((path) => path.startsWith(folder));
}
