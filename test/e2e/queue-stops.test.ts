import { describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { hasRedis, keysOfRuns, QUEUE_TIMINGS, queueBench, terminate } from './queue-bench.js';
import { API_KEY, enrichedCsv, rowsCsv } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv', '-b', '10'];

describe.skipIf(!hasRedis)('a key on a queue', () => {
  it('that the service refuses stops the run, blames no row, and lets it go on with the right one', async () => {
    const bench = await queueBench({ keyColumn: 'id', latencyMs: 5 });
    await bench.write('rows.csv', rowsCsv(200));
    const env = { PROMPTHA_API_KEY: 'another-key' };
    const wrong = bench.worker('tethys', [], { env });

    const stopped = await bench.run(OUT);
    await terminate(wrong);
    bench.worker('dione');
    const resumed = await bench.run([...OUT, '--resume']);

    expect(stopped.code, stopped.stderr).toBe(4);
    expect(stopped.stderr).toContain('the key in PROMPTHA_API_KEY is refused');
    expect(stopped.stderr).toContain('no row is to blame');
    expect(stopped.stderr).toMatch(/go on: batchai resume out\.csv$/m);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
    await until(async () => (await keysOfRuns(bench.redis)).length === 0);
  });

  it('whose rows are all refused alike stops the run, and blames no row', async () => {
    const bench = await queueBench({
      keyColumn: 'id',
      behave: () => ({ kind: 'status', status: 400, body: { message: 'bad form of request' } }),
    });
    await bench.write('rows.csv', rowsCsv(200));
    bench.worker('tethys');

    const stopped = await bench.run(OUT);

    expect(stopped.code, stopped.stderr).toBe(4);
    expect(stopped.stderr).toMatch(
      /first 20 rows were refused alike.*bad form of request.*change what every request/,
    );
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  });

  it('under which some were answered makes a page of a firewall the letter of its row', async () => {
    const bench = await queueBench({
      keyColumn: 'id',
      behave: ({ inputs }) =>
        inputs.id === '00040' ? { kind: 'status', status: 403, body: '<html>Forbidden</html>' } : undefined,
    });
    await bench.write('rows.csv', rowsCsv(100));
    bench.worker('tethys');

    const { code, stderr } = await bench.run(OUT);

    expect(code, stderr).toBe(3);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(100, { fails: (n) => n === 40 }));
  });

  it('that a worker lacks is named there, and another worker does all the work', async () => {
    const bench = await queueBench({ latencyMs: 5 });
    await bench.write('rows.csv', rowsCsv(200));
    const without = bench.worker('tethys', [], { env: {} });
    const run = bench.start(OUT);

    await without.stderrIncludes('out.csv: left to other workers: set PROMPTHA_API_KEY here to take part');
    await run.stderrIncludes(
      'the worker tethys leaves this run to others: PROMPTHA_API_KEY is not set there',
    );
    await run.stderrIncludes('no worker yet');
    bench.worker('dione');
    const { code, stderr } = await run.finished;
    const { code: codeOfWorker } = await terminate(without);

    expect(code, stderr).toBe(0);
    expect(codeOfWorker).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
  });

  it('that cannot be one is not sent, and not repeated', async () => {
    const bench = await queueBench();
    await bench.write('rows.csv', rowsCsv(20));
    const odd = bench.worker('tethys', [], { env: { PROMPTHA_API_KEY: `${API_KEY}\nsecret` } });
    const run = bench.start(OUT);

    await odd.stderrIncludes('left to other workers: PROMPTHA_API_KEY holds a character that no key has');
    bench.worker('dione');
    const { code } = await run.finished;
    const { stderr } = await terminate(odd);

    expect(code).toBe(0);
    expect(stderr).not.toContain('secret');
  });
});

describe.skipIf(!hasRedis)('an interruption', () => {
  it('of the coordinator lets the calls of the workers land, and the run goes on from there', async () => {
    const bench = await queueBench({ keyColumn: 'id', latencyMs: 300 });
    await bench.write('rows.csv', rowsCsv(200));
    const workers = [bench.worker('tethys'), bench.worker('dione')];
    const run = bench.start(OUT);
    await until(() => bench.server.requests.length >= 60);

    run.child.kill('SIGINT');
    const interrupted = await run.finished;
    const calls = bench.server.requests.length;
    const resumed = await bench.run([...OUT, '--resume', '--json']);

    expect(interrupted.code, interrupted.stderr).toBe(130);
    expect(interrupted.stderr).toContain('interrupted (Ctrl-C); checkpoint saved');
    expect(interrupted.stderr).toContain(
      `so far: ${calls} of 200 have a result, ${200 - calls} to go: ${calls} answered`,
    );
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
    expect(bench.server.requests).toHaveLength(200);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ total: 200, calls: 200, resumed: true });
    for (const worker of workers) expect((await terminate(worker)).code).toBe(0);
  });

  it('of the coordinator counts once what rows took that wait for their next try', async () => {
    const bench = await queueBench({
      keyColumn: 'id',
      behave: ({ inputs }, nthCall) =>
        inputs.id === '00003' && nthCall === 1
          ? { kind: 'status', status: 500, headers: { 'retry-after': '60' } }
          : undefined,
    });
    await bench.write('rows.csv', rowsCsv(20));
    bench.worker('tethys');
    const run = bench.start(OUT);
    await until(() => bench.server.requests.length === 20 && bench.server.inFlight === 0);

    run.child.kill('SIGINT');
    const interrupted = await run.finished;
    const resumed = await bench.run([...OUT, '--resume', '--json']);

    expect(interrupted.code, interrupted.stderr).toBe(130);
    expect(interrupted.stderr).toContain('20 calls');
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(bench.server.requests).toHaveLength(21);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ total: 20, calls: 21 });
  });

  it('of the coordinator where there is no worker ends it at once', async () => {
    const bench = await queueBench();
    await bench.write('rows.csv', rowsCsv(200));
    const run = bench.start(OUT);
    await run.stderrIncludes('no worker yet');

    run.child.kill('SIGTERM');
    const { code, stderr } = await run.finished;
    bench.worker('tethys');
    const resumed = await bench.run([...OUT, '--resume']);

    expect(code, stderr).toBe(143);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
    expect(bench.server.requests).toHaveLength(200);
  });

  it('of a worker lets its calls land and hands the rest over, while others go on', async () => {
    const bench = await queueBench({ keyColumn: 'id', latencyMs: 300 });
    await bench.write('rows.csv', rowsCsv(200));
    const tethys = bench.worker('tethys');
    bench.worker('dione');
    const run = bench.start(OUT);
    await until(() => bench.server.requests.length >= 60);

    const stopped = await terminate(tethys);
    const answeredThen = bench.server.requests.length;
    const { code, stderr } = await run.finished;

    expect(stopped.code, stopped.stderr).toBe(0);
    expect(stopped.stderr).toContain('stopping: calls in flight get 10 s to finish');
    expect(stopped.stderr).toContain('stopped; what was not finished was handed back');
    expect(answeredThen).toBeLessThan(200);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/workers: dione \(\S+, process \d+\)\n/);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
    expect(bench.server.requests).toHaveLength(200);
  });

  it('of a worker whose call hangs ends it within its grace, and the row is called elsewhere', async () => {
    const bench = await queueBench({
      keyColumn: 'id',
      behave: ({ inputs }, nthCall) =>
        inputs.id === '00013' && nthCall === 1 ? { kind: 'hang' } : undefined,
    });
    await bench.write('rows.csv', rowsCsv(40));
    const tethys = bench.worker('tethys', [], { timings: { ...QUEUE_TIMINGS, graceMs: 500 } });
    const run = bench.start(OUT);
    await until(() => bench.server.requests.length === 40);
    bench.worker('dione');

    const stopped = await terminate(tethys);
    const { code, stderr } = await run.finished;

    expect(stopped.code, stopped.stderr).toBe(0);
    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(40));
    expect(bench.server.requests).toHaveLength(41);
  });
});
