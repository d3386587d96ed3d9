import { describe, expect, it } from 'vitest';
import { redisForTest } from '../support/redis-for-test.js';
import { runBatchai } from '../support/run-batchai.js';
import { until } from '../support/until.js';
import { DRAW_OUT, idIn, KEYS, modelBench } from './model-bench.js';
import { hasRedis, keysOfRuns, queueBench, startWorker } from './queue-bench.js';
import { API_KEY, enrichedCsv, idOf, parseJsonl, rowsCsv, type Workbench, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];

describe.skipIf(!hasRedis)('a run on a queue', () => {
  it('with two workers gives the bytes of a run without one, and leaves nothing in Redis', async () => {
    const bench = await queueBench({ keyColumn: 'id', latencyMs: 5 });
    await bench.write('rows.csv', rowsCsv(600));
    bench.worker('tethys');
    bench.worker('dione');

    const { code, stderr } = await bench.run([...OUT, '--queue', bench.redis.url]);

    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`${bench.redis.url}: workers make the calls`);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(600));
    expect(bench.server.requests).toHaveLength(600);
    expect(await bench.list()).toEqual([
      'out.csv',
      'out.csv.checkpoint',
      'out.csv.checkpoint/checkpoint.json',
      'out.csv.checkpoint/history.json',
      'rows.csv',
    ]);
    await until(async () => (await keysOfRuns(bench.redis)).length === 0);
  });

  it('of JSONL keeps what JSON can say and a CSV cannot', async () => {
    const lines = Array.from({ length: 120 }, (_, n) =>
      JSON.stringify({ id: idOf(n + 1), price: n / 3, tags: ['a', null], deep: { '🙂': [n, true] } }),
    );
    const answer = ({ inputs }: { inputs: Record<string, unknown> }) => ({ echo: inputs });
    const bench = await queueBench({ answer });
    const local = await workbench({ answer });
    for (const { write } of [bench, local]) await write('rows.jsonl', `${lines.join('\n')}\n`);
    bench.worker('tethys');
    bench.worker('dione');

    const { code } = await bench.run(['rows.jsonl', '-o', 'out.jsonl', '-b', '7']);
    await local.run(['rows.jsonl', '-o', 'out.jsonl']);

    expect(code).toBe(0);
    expect(await bench.read('out.jsonl')).toBe(await local.read('out.jsonl'));
    expect(parseJsonl(await bench.read('out.jsonl'))[7]).toMatchObject({
      ai_output: { echo: { deep: { '🙂': [7, true] } } },
    });
  });

  it('with a fabric file and --columns needs the key in the environment of the workers only', async () => {
    const redis = await redisForTest();
    const answer = (request: { prompt: string }) => ({ title: `T ${idIn(request)}`, tags: [idIn(request)] });
    const bench = await modelBench({ answer }, DRAW_OUT);
    await bench.write('rows.csv', rowsCsv(130));
    const worker = { cwd: bench.folder, env: KEYS };
    startWorker(['--queue', redis.url, '--name', 'tethys'], worker);
    startWorker(['--queue', redis.url, '--name', 'dione'], worker);

    const args = ['rows.csv', '--columns', '-b', '10'];
    const queued = await bench.run([...args, '-o', 'out.csv', '--queue', redis.url], {
      cwd: bench.folder,
      env: {},
    });
    const local = await bench.run([...args, '-o', 'local.csv']);

    expect([queued.code, local.code], queued.stderr).toEqual([0, 0]);
    expect(await bench.read('out.csv')).toBe(await bench.read('local.csv'));
    expect(await bench.read('out.csv')).toContain(`,T ${idOf(130)},`);
  });

  it('of a fabric on this machine needs neither key nor service', async () => {
    const bench = await queueBench();
    await bench.write('rows.csv', 'id,text\n1,"Great, I love it."\n2,Terrible. I hate it.\n');
    bench.worker('tethys', [], { env: {} });
    const fabric = ['--fabric', 'local:sentiment'];

    const queued = await bench.run([...OUT, ...fabric]);
    const local = await bench.run(['rows.csv', '-o', 'local.csv', ...fabric, '--queue', 'none']);

    expect([queued.code, local.code], queued.stderr).toEqual([0, 0]);
    expect(await bench.read('out.csv')).toBe(await bench.read('local.csv'));
  });

  it('to standard output writes the rows there, in order', async () => {
    const bench = await queueBench({ latencyMs: ({ inputs }) => (Number(inputs.id) * 7) % 20 });
    await bench.write('rows.csv', rowsCsv(120));
    bench.worker('tethys');

    const { code, stdout, stderr } = await bench.run(['rows.csv', '-o', '-', '-b', '5']);

    expect(code, stderr).toBe(0);
    expect(stdout).toBe(enrichedCsv(120));
    await until(async () => (await keysOfRuns(bench.redis)).length === 0);
  });

  it('with --limit and rows that cannot be read does what a run without one does', async () => {
    const rows = rowsCsv(100).replace(`${idOf(8)},"Item 8, `, `${idOf(8)},"Item 8" oops, `);
    const bench = await queueBench();
    const local = await workbench();
    for (const { write } of [bench, local]) await write('rows.csv', rows);
    bench.worker('tethys');
    const args = [...OUT, '--limit', '60', '--bad-rows', 'dead-letter', '-b', '10'];

    const results = [await bench.run(args), await local.run(args)];

    expect(results.map(({ code }) => code)).toEqual([3, 3]);
    expect(await bench.read('out.csv')).toBe(await local.read('out.csv'));
    expect(await deadLetters(bench)).toEqual(await deadLetters(local));
    expect(bench.server.requests).toHaveLength(59);
  });

  it('stops at a row that cannot be read, with all before it saved, and goes on when it is mended', async () => {
    const good = rowsCsv(500, { bytes: 180 });
    const bench = await queueBench({ keyColumn: 'id' });
    await bench.write('rows.csv', good.replace(/^00468,.*$/m, '00468,lost a field'));
    bench.worker('tethys');

    const stopped = await bench.run(OUT);
    await bench.write('rows.csv', good);
    const resumed = await bench.run([...OUT, '--resume']);

    expect([stopped.code, resumed.code], stopped.stderr).toEqual([4, 0]);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(500, { bytes: 180 }));
    expect(bench.server.requests).toHaveLength(500);
  });
});

describe.skipIf(!hasRedis)('failed rows of a run on a queue', () => {
  it('are the same dead letters as without one, and batchai retry has them run on a queue too', async () => {
    let isMended = false;
    const service = {
      keyColumn: 'id',
      behave: ({ inputs }: { inputs: Record<string, unknown> }) =>
        !isMended && Number(inputs.id) % 17 === 0
          ? ({ kind: 'status', status: 422, body: { message: 'no' } } as const)
          : undefined,
    };
    const bench = await queueBench(service);
    const local = await workbench(service);
    for (const { write } of [bench, local]) await write('rows.csv', rowsCsv(100));
    bench.worker('tethys');
    bench.worker('dione');

    const queued = await bench.run(OUT);
    await local.run(OUT);
    const letters = await deadLetters(bench);
    isMended = true;
    const retried = await bench.batchai(['retry', 'out.csv', '--queue', bench.redis.url, '-r', 'none']);

    expect(queued.code).toBe(3);
    expect(letters).toEqual(await deadLetters(local));
    expect(letters.map(({ row }) => row)).toEqual([17, 34, 51, 68, 85]);
    expect(retried.code, retried.stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(100));
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
    await until(async () => (await keysOfRuns(bench.redis)).length === 0);
  });

  it('are tried as often as on one machine, over all workers', async () => {
    const bench = await queueBench({
      keyColumn: 'id',
      behave: (_request, nthCall) => (nthCall < 2 ? { kind: 'status', status: 500 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(20));
    bench.worker('tethys');

    const result = await bench.run([...OUT, '--attempts', '2', '--json']);

    expect(result.code, result.stderr).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ total: 20, succeeded: 20, calls: 40, retries: 20 });
  });

  it('stop the run when they are more than --max-errors allows, and it can be resumed', async () => {
    let isMended = false;
    const bench = await queueBench({
      keyColumn: 'id',
      behave: ({ inputs }) =>
        !isMended && Number(inputs.id) > 50 ? { kind: 'status', status: 422 } : undefined,
    });
    await bench.write('rows.csv', rowsCsv(800));
    bench.worker('tethys', ['-c', '5']);

    const stopped = await bench.run([...OUT, '-b', '5', '--max-errors', '10']);
    const calls = bench.server.requests.length;
    isMended = true;
    const resumed = await bench.run([...OUT, '-b', '5', '--resume']);

    expect(stopped.code).toBe(4);
    expect(stopped.stderr).toMatch(/rows failed, more than --max-errors allows/);
    // Whole batches come back, and the workers hear of it a moment later.
    expect(calls).toBeLessThan(800);
    expect(resumed.code).toBe(3);
    expect(bench.server.requests).toHaveLength(800);
  });

  it('on a machine that has the key, --queue none runs the rows there', async () => {
    const bench = await queueBench();
    await bench.write('rows.csv', rowsCsv(10));
    const environment = { BATCHAI_QUEUE_URL: 'redis://127.0.0.1:1', PROMPTHA_API_KEY: API_KEY };

    const { code } = await bench.run([...OUT, '--queue', 'none'], { cwd: bench.folder, env: environment });
    const without = await runBatchai(['run', 'rows.csv', '-f', 'x', '-o', 'b.csv', '--queue', 'none'], {
      cwd: bench.folder,
    });

    expect(code).toBe(0);
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('needs a key: set PROMPTHA_API_KEY');
  });
});

/** Without the one field that differs from run to run. */
async function deadLetters(bench: Workbench): Promise<Record<string, unknown>[]> {
  return parseJsonl(await bench.read('out.csv.dead-letters.jsonl')).map(
    ({ failedAt: _, ...letter }) => letter,
  );
}
