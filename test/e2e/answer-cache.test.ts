import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DESCRIBE, modelBench } from './model-bench.js';
import { enrichedCsv, FABRIC, rowsCsv, workbench } from './workbench.js';

const CACHED = ['--cache', 'answers'];

function from(file: string, out: string): string[] {
  return [file, '-o', out, ...CACHED];
}

describe('--cache', () => {
  it('has the answers of an earlier run, and only its own rows are called', async () => {
    const bench = await workbench({ keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(40));
    await bench.write('more.csv', rowsCsv(50));

    const first = await bench.run(from('rows.csv', 'one.csv'));
    const calls = bench.server.requests.length;
    const second = await bench.run([...from('rows.csv', 'two.csv'), '--json']);
    const callsOfSecond = bench.server.requests.length - calls;
    const third = await bench.run([...from('more.csv', 'three.csv'), '--json']);

    expect([first.code, second.code, third.code], second.stderr).toEqual([0, 0, 0]);
    expect([calls, callsOfSecond, bench.server.requests.length]).toEqual([40, 0, 50]);
    expect(await bench.read('two.csv')).toBe(enrichedCsv(40));
    expect(await bench.read('three.csv')).toBe(enrichedCsv(50));
    expect(JSON.parse(second.stdout)).toMatchObject({ calls: 0, saved: { inRun: 0, fromCache: 40 } });
    expect(second.stderr).toContain('40 rows had theirs in the cache');
    expect(JSON.parse(third.stdout)).toMatchObject({ calls: 10, saved: { fromCache: 40 } });
  });

  it('is of no use to another fabric, to other inputs, or once it is too old', async () => {
    const bench = await modelBench({}, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(20));
    await bench.write('other.yaml', DESCRIBE.replace('You describe', 'You praise'));
    const calls = async (args: readonly string[]) => {
      const before = bench.server.requests.length;
      const { code, stderr } = await bench.run(['rows.csv', ...CACHED, ...args]);
      expect(code, stderr).toBe(0);
      return bench.server.requests.length - before;
    };

    expect(await calls(['-o', '1.csv'])).toBe(20);
    expect(await calls(['-o', '2.csv', '--cache-ttl', '1h'])).toBe(0);
    expect(await calls(['-o', '3.csv', '--fabric', 'other.yaml'])).toBe(20);
    expect(await calls(['-o', '4.csv', '--inputs', 'id,name=note'])).toBe(20);
    expect(await calls(['-o', '5.csv', '--inputs', 'name,id'])).toBe(0);
    expect(await calls(['-o', '6.csv', '--cache-ttl', '1ms'])).toBe(20);
  });

  it('keeps no failure', async () => {
    const state = { broken: true };
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) =>
        state.broken && Number(inputs.id) <= 5
          ? { kind: 'status', status: 422, body: { message: 'no' } }
          : undefined,
    });
    await bench.write('rows.csv', rowsCsv(20));
    const first = await bench.run(from('rows.csv', 'one.csv'));
    state.broken = false;

    const second = await bench.run(from('rows.csv', 'two.csv'));

    expect([first.code, second.code]).toEqual([3, 0]);
    expect(bench.server.requests.length).toBe(25);
    expect(await bench.read('two.csv')).toBe(enrichedCsv(20));
  });

  it('is shared by runs at the same time', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 3 });
    await bench.write('rows.csv', rowsCsv(60));

    const both = await Promise.all([
      bench.run(from('rows.csv', 'one.csv')),
      bench.run(from('rows.csv', 'two.csv')),
    ]);
    const calls = bench.server.requests.length;
    const third = await bench.run(from('rows.csv', 'three.csv'));

    expect([...both, third].map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(bench.server.requests.length).toBe(calls);
    for (const out of ['one.csv', 'two.csv', 'three.csv'])
      expect(await bench.read(out)).toBe(enrichedCsv(60));
  });

  it.each([
    ['cut', (bytes: Buffer) => bytes.subarray(0, 3)],
    ['changed', (bytes: Buffer) => Buffer.from(bytes.toString().replace('described', 'DESCRIBED'))],
    ['gone', undefined],
  ])('whose entry is %s has it mended by the next run, which estimate foresees', async (_how, change) => {
    const bench = await workbench({ keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(5));
    await bench.run(from('rows.csv', 'one.csv'));
    const [content] = (await bench.list()).filter((name) => /^answers\/content-v\d+\/(?:.*\/){3}/.test(name));
    const path = bench.path(content ?? '');
    if (change === undefined) await rm(path);
    else await writeFile(path, change(await readFile(path)));

    const estimate = await bench.batchai([
      ...['estimate', 'rows.csv', '--fabric', FABRIC, '--base-url', bench.server.url, ...CACHED, '--json'],
    ]);
    const calls: number[] = [];
    for (const out of ['two.csv', 'three.csv']) {
      const before = bench.server.requests.length;
      await bench.run(from('rows.csv', out));
      calls.push(bench.server.requests.length - before);
      expect(await bench.read(out)).toBe(enrichedCsv(5));
    }

    expect(JSON.parse(estimate.stdout)).toMatchObject({ cached: 4 });
    expect(calls).toEqual([1, 0]);
  });

  it('is for its user alone, and so are dead letters', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) => (inputs.id === '00002' ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(3));

    await bench.run(from('rows.csv', 'out.csv'));
    await bench.batchai(['retry', 'out.csv']);

    const modeOf = async (name: string) => ((await stat(bench.path(name))).mode & 0o777).toString(8);
    const stored = (await bench.list()).filter((name) =>
      /^answers\/(content-v|index-v|tmp)[^/]*$/.test(name),
    );
    expect(await Promise.all(['answers', ...stored].map(modeOf))).toEqual(['700', '700', '700', '700']);
    expect(await modeOf('answers/batchai-cache.json')).toBe('600');
    expect(await modeOf('out.csv.dead-letters.jsonl')).toBe('600');
  });

  it('that cannot be used is said once, and the run goes on', async () => {
    const bench = await workbench({ keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(30));
    await mkdir(bench.path('answers'));
    for (const inside of ['content-v2', 'index-v5', 'tmp'])
      await bench.write(join('answers', inside), 'a file, not a folder');

    const { code, stderr } = await bench.run(from('rows.csv', 'out.csv'));

    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(30));
    expect(stderr.match(/cache/g)?.length, stderr).toBeGreaterThan(0);
    expect(stderr.match(/ENOTDIR|EEXIST/g)?.length, stderr).toBe(1);
  });
});
