import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CLI_TIMINGS } from '../../src/cli/timings.js';
import { ownRedisForTest } from '../support/redis-for-test.js';
import { startBatchai } from '../support/start-batchai.js';
import { until } from '../support/until.js';
import {
  benchOver,
  hasRedis,
  keysOfRuns,
  ownQueueBench,
  QUEUE_TIMINGS,
  queueBench,
  terminate,
} from './queue-bench.js';
import { figuresIn } from './watching-figures.js';
import { enrichedCsv, rowsCsv } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv', '-b', '10'];

describe.skipIf(!hasRedis)('batchai queue status', () => {
  it('says what is on a queue and who works on it, as text and as JSON', async () => {
    const bench = await queueBench({
      keyColumn: 'id',
      latencyMs: 200,
      behave: ({ inputs }) => (inputs.id === '00003' ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(300));
    const worker = bench.worker('tethys', ['-c', '7']);
    const run = bench.start([...OUT, '--rate-limit', '30/s']);
    const status = async () => JSON.parse((await bench.batchai(['queue', 'status', '--json'])).stdout);
    await until(async () => {
      await sleep(100);
      const { runs, workers } = await status();
      return runs[0]?.done > 0 && runs[0].failed > 0 && workers[0]?.rowsPerSecond > 0;
    });

    const json = await status();
    const { code, stdout } = await bench.batchai(['queue', 'status', '--queue', bench.redis.url]);

    const version = (await bench.batchai(['--version'])).stdout.trim();
    expect(json.runs).toEqual([
      expect.objectContaining({
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        name: 'out.csv',
        fabric: 'product-description',
        state: 'running',
        waiting: expect.any(Number),
        active: expect.any(Number),
        done: expect.any(Number),
        failed: 1,
        rate: { calls: 30, perMs: 1_000 },
        pausedForMs: 0,
        oldestJobMs: expect.any(Number),
        coordinator: { host: hostname(), pid: run.child.pid, version, isAlive: true },
      }),
    ]);
    expect(json.runs[0].waiting + json.runs[0].active).toBeGreaterThan(0);
    expect(json.runs[0].done).toBeGreaterThan(0);
    expect(json.workers).toEqual([
      expect.objectContaining({
        name: 'tethys',
        host: hostname(),
        pid: worker.child.pid,
        version,
        rowsPerSecond: expect.any(Number),
        runs: [json.runs[0].id],
      }),
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^out\.csv [0-9a-f-]{36}\n {2}product-description, running\n/);
    expect(stdout).toMatch(/rows: \d+ done, 1 failed; batches: \d+ waiting, \d+ active, the oldest for \S+/);
    expect(stdout).toContain('  30 calls in 1.0 s\n');
    expect(stdout).toMatch(
      /\ntethys on \S+ \(process \d+, batchai \S+\): [\d.]+ rows\/s, \d+ in flight, 1 run\n$/,
    );
    run.child.kill('SIGINT');
    expect((await run.finished).code).toBe(130);
    await terminate(worker);
  });

  it('of an empty queue says so', async () => {
    const bench = await queueBench();

    const { code, stdout } = await bench.batchai(['queue', 'status']);
    const json = await bench.batchai(['queue', 'status', '--json']);

    expect([code, json.code]).toEqual([0, 0]);
    expect(stdout).toBe('no run\nno worker\n');
    expect(JSON.parse(json.stdout)).toEqual({ runs: [], workers: [] });
  });
});

describe.skipIf(!hasRedis)('batchai queue clean', () => {
  it('leaves a run alone that is going on, and nothing of one that is not', async () => {
    const bench = await queueBench({ keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(100));
    const run = bench.start(OUT);
    await run.stderrIncludes('no worker yet');
    const { runs } = JSON.parse((await bench.batchai(['queue', 'status', '--json'])).stdout);
    const clean = ['queue', 'clean', runs[0].id];

    const refused = await bench.batchai(clean);
    run.child.kill('SIGINT');
    await run.finished;
    const left = await keysOfRuns(bench.redis);
    const cleaned = await bench.batchai(clean);
    const again = await bench.batchai(clean);

    expect(refused.code).toBe(5);
    expect(refused.stderr).toMatch(/is being run by process \d+ on \S+: stop it first/);
    expect(left).not.toEqual([]);
    expect(cleaned.code, cleaned.stderr).toBe(0);
    expect(await bench.redis.keys()).toEqual([]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain(`knows no run ${runs[0].id}`);
  });

  it('of a run that was interrupted only has its batches queued once more', async () => {
    const bench = await queueBench({ keyColumn: 'id', latencyMs: 50 });
    await bench.write('rows.csv', rowsCsv(200));
    const worker = bench.worker('tethys');
    const run = bench.start(OUT);
    await until(() => bench.server.requests.length >= 50);
    run.child.kill('SIGINT');
    await run.finished;
    const { runs } = JSON.parse((await bench.batchai(['queue', 'status', '--json'])).stdout);

    await bench.batchai(['queue', 'clean', runs[0].id]);
    const resumed = await bench.run([...OUT, '--resume']);
    await terminate(worker);

    expect(runs[0]).toMatchObject({ coordinator: { isAlive: false } });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
    expect(bench.server.requests).toHaveLength(200);
    expect(await bench.redis.keys()).toEqual([]);
  });
});

describe.skipIf(!hasRedis)('the coordinator', () => {
  it('shows in its progress how many workers there are', async () => {
    const bench = await queueBench({ latencyMs: 100 });
    await bench.write('rows.csv', rowsCsv(3_000));
    const run = bench.start(OUT, {
      timings: { ...QUEUE_TIMINGS, progress: { ...CLI_TIMINGS.progress, lineMs: 200 } },
    });

    await run.stderrIncludes('0 in flight, no worker yet');
    const workers = [bench.worker('tethys'), bench.worker('dione')];
    await run.stderrIncludes(' in flight, 2 workers');
    run.child.kill('SIGINT');
    const { stderr } = await run.finished;
    for (const worker of workers) await terminate(worker);

    expect(stderr).toContain('no worker yet: start one with batchai worker --queue <url>');
    expect(stderr).toMatch(/workers: dione \(\S+, process \d+\), tethys \(/);
  });
});

describe.skipIf(!hasRedis)('the address of a queue', () => {
  it('has a prefix, and runs of another one are not seen', async () => {
    const bench = await queueBench();
    await bench.write('rows.csv', rowsCsv(30));
    const mine = ['--queue-prefix', '{mine}'];
    bench.worker('tethys', mine);
    const other = bench.start(['rows.csv', '-o', 'other.csv']);
    await other.stderrIncludes('no worker yet');

    const { code } = await bench.run([...OUT, ...mine]);
    const seen = JSON.parse((await bench.batchai(['queue', 'status', '--json', ...mine])).stdout);
    const keys = await bench.redis.keys();
    const callsOfMine = bench.server.requests.length;
    bench.worker('dione');
    const { code: codeOfOther } = await other.finished;

    expect([code, codeOfOther]).toEqual([0, 0]);
    expect(seen.runs).toEqual([]);
    expect(seen.workers).toMatchObject([{ name: 'tethys' }]);
    expect(keys.every((key) => key.startsWith('{mine}:') || key.startsWith('{batchai}:'))).toBe(true);
    expect(callsOfMine).toBe(30);
    expect(await bench.read('out.csv')).toBe(await bench.read('other.csv'));
  });

  it('may hold a user, a password and a database, of which nothing is printed', async () => {
    const bench = await ownQueueBench({ latencyMs: 100 });
    await bench.write('rows.csv', rowsCsv(200));
    const acl =
      '~{batchai}:* &{batchai}:* -@all +@read +@write +@connection +@scripting +@transaction +@pubsub';
    await bench.redis.redis.acl(
      'SETUSER',
      'titan',
      'on',
      '>pk-secret',
      ...acl.split(' '),
      '-@dangerous',
      '+info',
      '+time',
    );
    const url = `redis://titan:pk-secret@127.0.0.1:${bench.redis.port}/3`;
    const env = { BATCHAI_QUEUE_URL: url, PROMPTHA_API_KEY: 'test-key' };
    const worker = bench.worker('tethys', ['--queue', url]);
    const run = bench.start(OUT, { cwd: bench.folder, env });
    await until(() => bench.server.requests.length > 0);

    const status = await bench.batchai(['queue', 'status'], { cwd: bench.folder, env });
    const finished = await run.finished;
    const ended = await terminate(worker);

    expect([status.code, finished.code, ended.code], finished.stderr).toEqual([0, 0, 0]);
    for (const { stdout, stderr } of [status, finished, ended])
      expect(stdout + stderr).not.toContain('pk-secret');
    expect(finished.stderr).toContain(`redis://127.0.0.1:${bench.redis.port}/3: workers make the calls`);
    for (const name of (await bench.list()).filter((name) => /\.(csv|json)$/.test(name))) {
      expect(await bench.read(name)).not.toContain('pk-secret');
    }
  });
});

describe.skipIf(!hasRedis)('batchai queue status --watch', () => {
  it('looks until Ctrl-C', async () => {
    const bench = await queueBench();
    const args = ['queue', 'status', '--watch', '--json', '--queue', bench.redis.url];
    const watching = startBatchai(args, { cwd: bench.folder, timings: { lookMs: 20 } });
    const looks = () => watching.stdout().trimEnd().split('\n');
    await until(() => looks().length >= 3);

    watching.child.kill('SIGINT');
    const { code } = await watching.finished;

    expect(code).toBe(0);
    for (const look of looks()) expect(JSON.parse(look)).toEqual({ runs: [], workers: [] });
  });
});

describe.skipIf(!hasRedis)('batchai worker', () => {
  it('tells an orchestrator whether it can take batches, and Prometheus what it did', async () => {
    const redis = await ownRedisForTest();
    const bench = await benchOver(redis, {
      keyColumn: 'id',
      behave: ({ inputs }, nth) =>
        inputs.id === '00003' && nth === 1 ? { kind: 'status', status: 500 } : undefined,
    });
    await bench.write('rows.csv', rowsCsv(20));
    const worker = bench.worker('tethys', ['--health-port', '0', '--metrics-port', '0']);
    await until(() => /metrics at /.test(worker.stderr()));
    const [, health = ''] = /health at (\S+)\/readyz/.exec(worker.stderr()) ?? [];
    const [, metrics = ''] = /metrics at (\S+)/.exec(worker.stderr()) ?? [];
    const said = async (path: string) => {
      const answer = await fetch(`${health}${path}`);
      return `${answer.status} ${(await answer.text()).trim()}`;
    };

    const { code, stderr } = await bench.run([...OUT, '--rate-limit', 'none']);
    const figures = figuresIn(await (await fetch(metrics)).text());
    const ready = await said('/readyz');
    redis.freeze();
    await redis.kill();
    await until(async () => (await said('/readyz')) !== ready);
    const away = [await said('/livez'), await said('/readyz')];
    await redis.start();
    await until(async () => (await said('/readyz')) === ready);

    expect(code, stderr).toBe(0);
    expect(ready).toBe('200 ready');
    expect(away).toEqual(['200 ok', '503 no connection to Redis']);
    expect(figures).toMatchObject({
      batchai_rows_completed_total: 20,
      batchai_calls_total: 21,
      'batchai_retries_total{kind="server"}': 1,
      batchai_calls_in_air: 0,
      batchai_worker_ready: 1,
    });
  });

  it('gives calls in flight as long as --grace says', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const bench = await queueBench({ heldBack: () => held });
    await bench.write('rows.csv', rowsCsv(4));
    const worker = bench.worker('tethys', ['--grace', '10m', '-c', '4']);
    const run = bench.start([...OUT, '--rate-limit', 'none']);
    await until(() => bench.server.inFlight === 4);

    worker.child.kill('SIGTERM');
    await until(() => /calls in flight get 10 min/.test(worker.stderr()));
    letGo();
    const stopped = await worker.finished;
    const { code, stderr } = await run.finished;

    expect(stopped.code).toBe(0);
    expect(code, stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(4));
    expect(bench.server.requests).toHaveLength(4);
  });
});
