import { describe, expect, it } from 'vitest';
import type { FakeModelOptions } from '../support/fake-model-server.js';
import { answerMail, MAIL_STEPS, type MailStep, mailStepOf } from '../support/mail-steps.js';
import { redisForTest } from '../support/redis-for-test.js';
import type { RunOptions } from '../support/run-batchai.js';
import { until } from '../support/until.js';
import { KEYS, type ModelBench, modelBench } from './model-bench.js';
import { hasRedis, QUEUE_TIMINGS, startWorker } from './queue-bench.js';
import { rowsCsv } from './workbench.js';

const ROWS = 6;
const OUT = ['rows.csv', '--fabric', 'mails.yaml', '-o', 'out.csv', '-b', '3', '--json'];

async function mailBench(service: FakeModelOptions = {}): Promise<ModelBench> {
  const bench = await modelBench({
    answer: answerMail,
    usage: () => ({ input: 100, output: 100 }),
    ...service,
  });
  await bench.write('mails.yaml', MAIL_STEPS);
  await bench.write('rows.csv', rowsCsv(ROWS));
  return bench;
}

/** A service that does not answer one step until it is told to. */
function stuckAt(step: MailStep): { readonly service: FakeModelOptions; readonly free: () => void } {
  let isStuck = true;
  return {
    service: {
      behave: (request) => (isStuck && mailStepOf(request) === step ? { kind: 'hang' } : undefined),
    },
    free: () => {
      isStuck = false;
    },
  };
}

function callsOf({ server }: ModelBench, step: MailStep): number {
  return server.requests.filter((request) => mailStepOf(request) === step).length;
}

async function statusJson(bench: ModelBench) {
  const { stdout } = await bench.batchai(['status', 'out.csv', '--json']);
  return stdout === '' ? undefined : JSON.parse(stdout);
}

const TOPIC = { step: 'topic', fabric: 'topic', asked: 6, answered: 6, calls: 6, cost: 0.0066 };
const REPLY = { step: 'reply', asked: 2, answered: 2, calls: 2, cost: 0.0022 };

describe('batchai status of a run with steps', () => {
  it('has calls, cost and answers by step while it goes on, when it is stopped, and as the summary has them', async () => {
    const { service, free } = stuckAt('check');
    const bench = await mailBench(service);
    const running = bench.startHere(OUT, { timings: { graceMs: 200 } });
    await until(() => callsOf(bench, 'check') === ROWS);

    const live = await statusJson(bench);
    running.signal('SIGINT');
    const stopped = await running.finished;
    const interrupted = await statusJson(bench);
    free();
    const resumed = await bench.run([...OUT, '--resume']);
    const over = await statusJson(bench);
    const { stdout: text } = await bench.batchai(['status', 'out.csv']);

    expect([stopped.code, resumed.code], resumed.stderr).toEqual([130, 0]);
    expect(live).toMatchObject({
      state: 'running',
      rows: { done: 0 },
      ...{ calls: 8, retries: 0, cost: 0.0088, tiers: [] },
      steps: [TOPIC, REPLY, { step: 'check', asked: 0, answered: 0, calls: 0, cost: 0 }],
    });
    expect(interrupted).toMatchObject({ state: 'stopped', steps: live.steps });
    const summary = JSON.parse(resumed.stdout);
    expect(over.steps).toEqual(summary.steps);
    expect(over.steps).toMatchObject([
      TOPIC,
      REPLY,
      { step: 'check', asked: 6, answered: 6, calls: 6, cost: 0.066 },
    ]);
    expect(text).toContain(
      [
        '  steps    topic: 6 rows, 6 answered, 6 calls, $0.0066',
        '           reply: 2 rows, 2 answered, 2 calls, $0.0022',
        '           check: 6 rows, 6 answered, 6 calls, $0.066\n',
      ].join('\n'),
    );
  });

  it.skipIf(!hasRedis)('has them over a queue too', async () => {
    const { service, free } = stuckAt('check');
    const bench = await mailBench(service);
    const { url } = await redisForTest();
    const here: RunOptions = { cwd: bench.folder, timings: QUEUE_TIMINGS };
    startWorker(['--queue', url, '--name', 'tethys'], { ...here, env: KEYS });
    const overQueue = { ...here, env: { BATCHAI_QUEUE_URL: url } };
    const running = bench.startHere(OUT, { ...overQueue, timings: { ...QUEUE_TIMINGS, graceMs: 200 } });
    await until(() => callsOf(bench, 'check') === ROWS);

    await until(async () => (await statusJson(bench))?.calls === 8);
    const live = await statusJson(bench);
    running.signal('SIGINT');
    const stopped = await running.finished;
    free();
    const resumed = await bench.run([...OUT, '--resume'], overQueue);
    const over = await statusJson(bench);

    expect([stopped.code, resumed.code], resumed.stderr).toEqual([130, 0]);
    expect(live).toMatchObject({ steps: [TOPIC, REPLY, { step: 'check', calls: 0 }] });
    expect(over.steps).toEqual(JSON.parse(resumed.stdout).steps);
    expect(over.steps).toMatchObject([TOPIC, REPLY, { step: 'check', answered: 6, calls: 6 }]);
  });
});
