import { describe, expect, it } from 'vitest';
import { answerMail, MAIL_STEPS } from '../support/mail-steps.js';
import { redisForTest } from '../support/redis-for-test.js';
import { idIn, KEYS, modelBench } from './model-bench.js';
import { hasRedis, QUEUE_TIMINGS, startWorker } from './queue-bench.js';
import { rowsCsv } from './workbench.js';

describe.skipIf(!hasRedis)('steps over a queue', () => {
  it('take the same calls and bytes with two workers as on one machine, and a retry asks none again', async () => {
    const redis = await redisForTest();
    let failing = '00003';
    const bench = await modelBench({
      answer: answerMail,
      usage: () => ({ input: 100, output: 100 }),
      behave: (request) =>
        request.model === 'large' && idIn(request) === failing ? { kind: 'status', status: 422 } : undefined,
    });
    await bench.write('steps.yaml', MAIL_STEPS);
    await bench.write('rows.csv', rowsCsv(24));
    const asked = ['rows.csv', '--fabric', 'steps.yaml', '-b', '5', '--json'];
    const alone = await bench.run([...asked, '-o', 'alone.csv']);
    const callsAlone = bench.server.requests.length;
    const here = { cwd: bench.folder, timings: QUEUE_TIMINGS };
    const overQueue = { ...here, env: { BATCHAI_QUEUE_URL: redis.url } };
    for (const name of ['tethys', 'dione'])
      startWorker(['--queue', redis.url, '--name', name], { ...here, env: KEYS });

    const queued = await bench.run([...asked, '-o', 'queued.csv'], overQueue);
    const calls = bench.server.requests.length - callsAlone;
    failing = '';
    const before = bench.server.requests.length;
    const retried = await bench.batchai(['retry', 'queued.csv'], overQueue);

    expect([alone.code, queued.code], queued.stderr).toEqual([3, 3]);
    expect(calls).toBe(callsAlone);
    expect(JSON.parse(queued.stdout)).toMatchObject({ calls, cost: JSON.parse(alone.stdout).cost });
    const row = (text: string) => text.split('\n').filter((line) => line.startsWith('00003'));
    const others = (text: string) => text.split('\n').filter((line) => !line.startsWith('00003'));
    expect(others(await bench.read('queued.csv'))).toEqual(others(await bench.read('alone.csv')));
    expect(retried.code, retried.stderr).toBe(0);
    expect(bench.server.requests.slice(before).map(({ model }) => model)).toEqual(['large']);
    expect(row(await bench.read('queued.csv'))[0]).toContain('check 00003');
  });
});
