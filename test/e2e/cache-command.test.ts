import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import cacache from 'cacache';
import { describe, expect, it } from 'vitest';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { DESCRIBE, modelBench } from './model-bench.js';
import { rowsCsv } from './workbench.js';

/** A folder in which a run has left the answers to three rows. */
async function usedCache() {
  const bench = await modelBench({}, DESCRIBE);
  await bench.write('rows.csv', rowsCsv(3));
  const ran = await bench.run(['rows.csv', '-o', 'out.csv', '--cache', 'kept', '--quiet']);
  expect(ran.code).toBe(0);
  return bench;
}

describe('cache stats', () => {
  it('says how many answers there are, how large and how old', async () => {
    const bench = await usedCache();

    const { code, stdout, stderr } = await bench.batchai(['cache', 'stats', '--cache', 'kept']);
    const json = await bench.batchai(['cache', 'stats', '--cache', 'kept', '--json']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^kept: 3 answers, 51 bytes, from .* to .*\n$/);
    const { oldest, newest, ...said } = JSON.parse(json.stdout);
    expect(said).toEqual({ folder: 'kept', exists: true, answers: 3, bytes: 51 });
    expect(Date.parse(oldest)).toBeLessThanOrEqual(Date.parse(newest));
  });

  it('looks where runs keep answers, where no folder is given', async () => {
    const home = await temporaryFolder();
    const folder = join(home, '.cache', 'batchai');

    const none = await runBatchai(['cache', 'stats'], { env: { HOME: home } });
    const json = await runBatchai(['cache', 'stats', '--json'], { env: { HOME: home } });
    const elsewhere = await runBatchai(['cache', 'stats'], { env: { XDG_CACHE_HOME: join(home, 'x') } });

    expect(none).toMatchObject({ code: 0, stdout: `there is no cache at ${folder}\n`, stderr: '' });
    expect(JSON.parse(json.stdout)).toEqual({
      ...{ folder, exists: false, answers: 0, bytes: 0, oldest: null, newest: null },
    });
    expect(elsewhere.stdout).toBe(`there is no cache at ${join(home, 'x', 'batchai')}\n`);
  });

  it('refuses a file', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');

    const { code, stdout, stderr } = await runBatchai(['cache', 'stats', '--cache', join(folder, 'file')]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('is not a folder');
  });
});

describe('cache clear', () => {
  it('removes all answers, and says how many there were', async () => {
    const bench = await usedCache();
    await bench.write('kept/notes.txt', 'mine');

    const cleared = await bench.batchai(['cache', 'clear', '--cache', 'kept']);
    const stats = await bench.batchai(['cache', 'stats', '--cache', 'kept', '--json']);
    const run = await bench.run(['rows.csv', '-o', 'again.csv', '--cache', 'kept', '--json']);

    expect(cleared).toMatchObject({ code: 0, stdout: 'kept: removed 3 answers\n', stderr: '' });
    expect(JSON.parse(stats.stdout)).toMatchObject({ answers: 0, bytes: 0 });
    expect(JSON.parse(run.stdout)).toMatchObject({ calls: 3, saved: { fromCache: 0 } });
    expect(await bench.read('kept/notes.txt')).toBe('mine');
  });

  it('works in a folder whose name looks like a pattern', async () => {
    const bench = await modelBench({}, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(2));
    await bench.run(['rows.csv', '-o', 'out.csv', '--cache', 'kept [a*]']);

    await bench.batchai(['cache', 'clear', '--cache', 'kept [a*]']);

    const { stdout } = await bench.batchai(['cache', 'stats', '--cache', 'kept [a*]']);
    expect(stdout).toBe('kept [a*]: 0 answers, 0 bytes\n');
  });

  it('has nothing to do where there is no cache', async () => {
    const folder = join(await temporaryFolder(), 'none');

    const { code, stdout } = await runBatchai(['cache', 'clear', '--cache', folder]);

    expect({ code, stdout }).toEqual({ code: 0, stdout: `there is no cache at ${folder}\n` });
  });

  it('leaves a folder alone that no run has made for its answers', async () => {
    const bench = await modelBench({}, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(2));
    await mkdir(bench.path('mine/tmp'), { recursive: true });
    await bench.write('mine/tmp/notes.txt', 'mine');
    await bench.run(['rows.csv', '-o', 'out.csv', '--cache', 'mine']);

    const { code, stderr } = await bench.batchai(['cache', 'clear', '--cache', 'mine']);

    expect(code).toBe(2);
    expect(stderr).toContain('has no batchai-cache.json');
    expect(await bench.read('mine/tmp/notes.txt')).toBe('mine');
  });

  it('leaves the cache of another program alone', async () => {
    const folder = join(await temporaryFolder(), 'other');
    await mkdir(folder);
    await cacache.put(folder, 'make-fetch-happen:request-cache:x', 'content');

    const { code, stderr } = await runBatchai(['cache', 'clear', '--cache', folder]);

    expect(code).toBe(2);
    expect(stderr).toContain("holds what is not batchai's; nothing was removed");
    expect((await cacache.get(folder, 'make-fetch-happen:request-cache:x')).data.toString()).toBe('content');
  });
});
