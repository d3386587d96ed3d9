import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../src/checkpoint/checkpoint-file.js';
import { type Workbench, workbench } from './workbench.js';

const ON_DEVICE = ['--fabric', 'local:keywords'];
const LONG_AGO = '2020-02-03T04:05:06.000Z';

/** A folder with a run that was finished long ago. */
async function oldRun(): Promise<Workbench> {
  const bench = await workbench();
  await bench.write('rows.csv', 'id,text\n1,a good day\n2,a bad night\n');
  await ranLongAgo(bench, 'out.csv');
  return bench;
}

async function ranLongAgo(bench: Workbench, output: string): Promise<void> {
  const ran = await bench.run(['rows.csv', '-o', output, ...ON_DEVICE, '--quiet']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  await change(bench, output, {});
}

async function change(bench: Workbench, output: string, changed: object): Promise<void> {
  const folder = bench.path(`${output}.checkpoint`);
  const checkpoint = await readCheckpoint(folder);
  if (checkpoint === undefined) throw new Error(`${folder} has no checkpoint`);
  await writeCheckpoint(folder, { ...checkpoint, savedAt: LONG_AGO, ...changed });
}

describe('clean', () => {
  it('removes what runs have left that were finished long ago, and says how much that frees', async () => {
    const bench = await oldRun();

    const { code, stderr } = await bench.batchai(['clean', '--yes']);

    expect({ code, list: await bench.list() }).toEqual({ code: 0, list: ['out.csv', 'rows.csv'] });
    expect(stderr).toMatch(
      /^batchai: 1 checkpoint of finished runs, .* KB:\n {2}out\.csv\.checkpoint {2}finished 2020-02-03, .*\nbatchai: removed 1 checkpoint, .* KB freed\n$/,
    );
  });

  it('leaves a run that is refused a second time, by --resume as well', async () => {
    const bench = await oldRun();
    await bench.batchai(['clean', '--yes']);
    const before = await bench.read('out.csv');

    const resumed = await bench.run(['rows.csv', '-o', 'out.csv', ...ON_DEVICE, '--resume']);
    const again = await bench.run(['rows.csv', '-o', 'out.csv', ...ON_DEVICE]);

    expect([resumed.code, again.code]).toEqual([2, 2]);
    expect(resumed.stderr).toContain('out.csv exists already: it has no checkpoint to resume from');
    expect(await bench.read('out.csv')).toBe(before);
  });

  it('keeps what something that can still be done needs', async () => {
    const bench = await oldRun();
    const outputs = ['failed.csv', 'gone.csv', 'lock.csv', 'new.csv', 'open.csv', 'other.csv', 'retry.csv'];
    for (const output of outputs) await ranLongAgo(bench, output);
    const { counts } = (await readCheckpoint(bench.path('out.csv.checkpoint'))) ?? {};
    await change(bench, 'failed.csv', { counts: { ...counts, failed: 1 } });
    await rm(bench.path('gone.csv'));
    const holder = { pid: process.pid, host: hostname() };
    await bench.write('lock.csv.checkpoint/lock', JSON.stringify(holder));
    await change(bench, 'new.csv', { savedAt: new Date().toISOString() });
    await change(bench, 'open.csv', { state: 'running' });
    await bench.write('other.csv.checkpoint/checkpoint.json', 'torn');
    await mkdir(bench.path('retry.csv.checkpoint/retry'));
    const first = await readCheckpoint(bench.path('open.csv.checkpoint'));
    if (first !== undefined) await writeCheckpoint(bench.path('retry.csv.checkpoint/retry'), first);

    const { code, stdout } = await bench.batchai(['clean', '--yes', '--json', bench.folder]);

    expect(code).toBe(0);
    const { removed, kept } = JSON.parse(stdout);
    expect(removed).toBe(1);
    expect(kept.map(({ reason }: { reason: string }) => reason)).toEqual([
      'failed rows',
      'output gone',
      'running',
      'newer',
      'unfinished',
      'unreadable',
      'retry unfinished',
    ]);
    expect((await bench.list()).filter((name) => /^[a-z.]+\.checkpoint$/.test(name))).toHaveLength(7);
    await rm(bench.path('lock.csv.checkpoint/lock'));
    await bench.batchai(['clean', '--yes', '--all']);
    expect((await readdir(bench.folder)).filter((name) => name.endsWith('.checkpoint'))).toEqual([
      'new.csv.checkpoint',
      'open.csv.checkpoint',
      'other.csv.checkpoint',
      'retry.csv.checkpoint',
    ]);
  });

  it('removes nothing unasked, in a dry run, or of others', async () => {
    const bench = await oldRun();
    await writeFile(bench.path('out.csv.checkpoint/notes.txt'), 'mine');
    const before = await bench.list();

    const unasked = await bench.batchai(['clean']);
    const dry = await bench.batchai(['clean', '--dry-run', '--json']);
    const nowhere = await bench.batchai(['clean', 'nowhere', '--yes']);
    const untouched = await bench.list();
    await bench.batchai(['clean', '--yes']);

    expect([unasked.code, dry.code, nowhere.code]).toEqual([2, 0, 2]);
    expect(unasked.stderr).toContain('there is no terminal to ask at; add --yes');
    expect(JSON.parse(dry.stdout)).toMatchObject({ dryRun: true, removed: 0, old: [{ output: 'out.csv' }] });
    expect(untouched).toEqual(before);
    expect(await readdir(bench.path('out.csv.checkpoint'))).toEqual(['notes.txt']);
  });

  it('asks at a terminal, and keeps all where the answer is no', async () => {
    const bench = await oldRun();
    const at = 'Remove 1 checkpoint?';

    const kept = await bench.batchai(['clean'], { keys: [{ at, press: '\r' }] });
    const untouched = await bench.list();
    const left = await bench.batchai(['clean'], { keys: [{ at, press: '\u0003' }] });
    const removed = await bench.batchai(['clean'], { keys: [{ at, press: '\u001b[B\r' }] });

    expect([kept.code, left.code, removed.code]).toEqual([0, 130, 0]);
    expect(untouched).toContain('out.csv.checkpoint');
    expect(await bench.list()).toEqual(['out.csv', 'rows.csv']);
  });
});
