import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../support/fake-model-server.js';
import { redisForTest } from '../support/redis-for-test.js';
import { idIn, KEYS, modelBench } from './model-bench.js';
import { hasRedis, QUEUE_TIMINGS, startWorker } from './queue-bench.js';
import { rowsCsv } from './workbench.js';

const STEPS = `provider: openai
model: small
price: { input: 1, output: 10 }
steps:
  - name: topic
    prompt: "{{ id }}\\ntopic of {{ name }}"
    output: { topic: [delivery, other], urgent: boolean }
  - name: reply
    when: steps.topic.urgent == true
    prompt: "{{ id }}\\nreply on {{ steps.topic.topic }}"
  - name: check
    model: large
    when: steps.reply != blank
    prompt: "{{ id }}\\ncheck of {{ steps.reply }}"
`;

function answer(request: ModelRequest): object | string {
  const id = idIn(request);
  if (request.prompt.includes('topic of')) return { topic: 'other', urgent: Number(id) % 3 === 0 };
  return request.prompt.includes('reply on') ? `reply ${id}` : `checked ${id}`;
}

describe.skipIf(!hasRedis)('steps over a queue', () => {
  it('take the same calls and bytes with two workers as on one machine, and a retry asks none again', async () => {
    const redis = await redisForTest();
    let failing = '00003';
    const bench = await modelBench({
      answer,
      usage: () => ({ input: 100, output: 100 }),
      behave: (request) =>
        request.model === 'large' && idIn(request) === failing ? { kind: 'status', status: 422 } : undefined,
    });
    await bench.write('steps.yaml', STEPS);
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
    expect(row(await bench.read('queued.csv'))[0]).toContain('checked 00003');
  });
});
