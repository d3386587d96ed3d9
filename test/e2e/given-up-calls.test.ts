import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { redisForTest } from '../support/redis-for-test.js';
import { hasRedis, startWorker } from './queue-bench.js';
import { API_KEY, rowsCsv, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv', '-c', '2'];
const HINT = /3 calls timed out after 300 ms and none was answered: .*--timeout 15m/g;

describe('a service that never answers in time', () => {
  it('brings the hint of a longer --timeout once, and all that arrived there may be billed', async () => {
    const bench = await workbench({ behave: () => ({ kind: 'hang' }) });
    await bench.write('rows.csv', rowsCsv(7));

    const { stdout, stderr } = await bench.run([...OUT, '--timeout', '300ms', '--attempts', '1', '--json']);

    expect(stderr.match(HINT), stderr).toHaveLength(1);
    expect(bench.server.requests).toHaveLength(7);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 7, calls: 7, possiblyBilled: 7 });
    expect(stderr).toContain('7 calls were given up and may be billed; they are not in the cost');
  });

  it.skipIf(!hasRedis)('brings both over a queue too', async () => {
    const redis = await redisForTest();
    const bench = await workbench({ behave: () => ({ kind: 'hang' }) });
    await bench.write('rows.csv', rowsCsv(7));
    startWorker(['--queue', redis.url, '-c', '2'], {
      cwd: bench.folder,
      env: { PROMPTHA_API_KEY: API_KEY },
    });

    const args = ['rows.csv', '-o', 'out.csv', '--queue', redis.url, '-b', '2'];
    const { stdout, stderr } = await bench.run([...args, '--timeout', '300ms', '--attempts', '1', '--json']);

    expect(stderr.match(HINT), stderr).toHaveLength(1);
    expect(bench.server.requests).toHaveLength(7);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 7, possiblyBilled: 7 });
  });
});

describe('calls that are given up', () => {
  it('are no reason for the hint where others are answered', async () => {
    const bench = await workbench({
      behave: ({ inputs }) => (Number(inputs.id) > 1 ? { kind: 'hang' } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(5));
    const args = ['rows.csv', '-o', 'out.csv', '-c', '1', '--timeout', '300ms', '--attempts', '1', '--json'];

    const { stdout, stderr } = await bench.run(args);

    expect(stderr).not.toContain('--timeout');
    expect(JSON.parse(stdout)).toMatchObject({ succeeded: 1, failed: 4, possiblyBilled: 4 });
  });

  it('are counted where the connection broke, and not where the service refused', async () => {
    const behaviours = {
      1: { kind: 'reset' },
      2: { kind: 'cut' },
      3: { kind: 'status', status: 400 },
    } as const;
    const bench = await workbench({
      behave: ({ inputs }) => behaviours[Number(inputs.id) as keyof typeof behaviours],
    });
    await bench.write('rows.csv', rowsCsv(5));

    const { stdout } = await bench.run([...OUT, '--attempts', '1', '--json']);

    expect(JSON.parse(stdout)).toMatchObject({ succeeded: 2, failed: 3, possiblyBilled: 2 });
  });

  it('are counted at an interrupt, and still when the run is resumed', async () => {
    let isAway = true;
    const bench = await workbench({
      behave: ({ inputs }) => (isAway && Number(inputs.id) > 3 ? { kind: 'hang' } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(8));
    const batchai = bench.startHere([...OUT, '--json'], { timings: { graceMs: 200 } });
    while (bench.server.requests.length < 5) await delay(2);

    batchai.signal('SIGINT');
    const stopped = await batchai.finished;
    isAway = false;
    const resumed = await bench.run([...OUT, '--resume', '--json']);

    expect(JSON.parse(stopped.stdout)).toMatchObject({ succeeded: 3, possiblyBilled: 2 });
    expect(JSON.parse(resumed.stdout)).toMatchObject({ succeeded: 8, calls: 10, possiblyBilled: 2 });
  });
});
