import { describe, expect, it } from 'vitest';
import type { FakeModelOptions } from '../support/fake-model-server.js';
import { answerMail, MAIL_STEPS, mailStepOf } from '../support/mail-steps.js';
import { redisForTest } from '../support/redis-for-test.js';
import { until } from '../support/until.js';
import { KEYS, type ModelBench, modelBench } from './model-bench.js';
import { hasRedis, QUEUE_TIMINGS, startWorker } from './queue-bench.js';
import { rowsCsv } from './workbench.js';

const ROWS = 60;

const SCORED = `output:
  type: object
  properties: { text: { type: string }, confidence: { type: number } }
  required: [text, confidence]
  additionalProperties: false
`;

const KINDS = {
  'one question': ['--fabric', 'large.yaml'],
  steps: ['--fabric', 'mails.yaml'],
  tiers: [
    '--fabric',
    'small.yaml',
    '--tier',
    'large.yaml',
    '--min-score',
    '0.7',
    '--score',
    'field:confidence',
  ],
};

/** Where the calls are made. */
type Place = 'on one machine' | 'over a queue';
type Kind = keyof typeof KINDS;

const CASES: readonly [Place, Kind][] = [
  ['on one machine', 'one question'],
  ['on one machine', 'steps'],
  ['on one machine', 'tiers'],
  ['over a queue', 'steps'],
  ['over a queue', 'tiers'],
];

interface CountedBench {
  readonly bench: ModelBench;
  readonly args: readonly string[];
  readonly options: Parameters<ModelBench['startHere']>[1];
  /** Calls that the service has read. */
  made(): number;
  /** What the summary on standard output, and `status`, say. */
  said(stdout: string): Promise<object>;
}

async function countedBench(place: Place, kind: Kind, service: FakeModelOptions): Promise<CountedBench> {
  const bench = await modelBench({
    answer: (request) =>
      kind === 'steps'
        ? answerMail(request)
        : { text: 'x', confidence: request.model === 'large' ? 0.9 : 0.3 },
    usage: () => ({ input: 100, output: 100 }),
    latencyMs: 5,
    ...service,
  });
  await bench.write('mails.yaml', MAIL_STEPS);
  for (const model of ['small', 'large'])
    await bench.write(
      `${model}.yaml`,
      `provider: openai\nmodel: ${model}\nprice: { input: 1, output: 10 }\nprompt: "{{ id }}"\n${SCORED}`,
    );
  await bench.write('rows.csv', rowsCsv(ROWS));
  const here = { cwd: bench.folder, timings: { ...QUEUE_TIMINGS, graceMs: 100 } };
  let env: Record<string, string> = KEYS;
  if (place === 'over a queue') {
    const { url } = await redisForTest();
    for (const name of ['tethys', 'dione'])
      startWorker(['--queue', url, '--name', name, '-c', '5'], { ...here, env: KEYS });
    env = { BATCHAI_QUEUE_URL: url };
  }
  return {
    bench,
    args: ['rows.csv', ...KINDS[kind], '-o', 'out.csv', '-b', '4', '-c', '10', '--json'],
    options: { ...here, env },
    made: () => bench.server.requests.length,
    said: async (stdout) => {
      const status = await bench.batchai(['status', 'out.csv', '--json']);
      const costs = ({ calls, cost }: { readonly calls: number; readonly cost: number }) => ({ calls, cost });
      return { summary: costs(JSON.parse(stdout)), status: costs(JSON.parse(status.stdout)) };
    },
  };
}

/** What both say where they are right. */
function rightly(calls: number) {
  const cost = expect.any(Number);
  return { summary: { calls, cost }, status: { calls, cost } };
}

describe.skipIf(!hasRedis)('a run that is stopped says how many calls were made', () => {
  it.each(CASES)('by Ctrl-C, %s, with %s', async (place, kind) => {
    let isStuck = false;
    const { bench, args, options, made, said } = await countedBench(place, kind, {
      behave: ({ model }) => (isStuck && model === 'large' ? { kind: 'hang' } : undefined),
    });
    const running = bench.startHere(args, options);
    await until(() => made() > ROWS / 2);
    isStuck = true;
    const before = made();
    await until(() => made() >= before + 10);
    running.signal('SIGINT');
    const { code, stdout } = await running.finished;
    const stopped = await said(stdout);
    const calls = made();
    isStuck = false;
    const rest = await bench.run([...args, '--resume'], options);

    expect([code, rest.code], rest.stderr).toEqual([130, 0]);
    expect(stopped).toEqual(rightly(calls));
    expect(JSON.parse(rest.stdout).calls).toBe(made());
  });

  it.each(CASES)('by a budget, %s, with %s', async (place, kind) => {
    const { bench, args, options, made, said } = await countedBench(place, kind, {});

    const { code, stdout, stderr } = await bench.run([...args, '--max-calls', '47'], options);
    const stopped = await said(stdout);
    const again = await bench.run([...args, '--resume'], options);
    const stoppedAgain = await said(again.stdout);
    const calls = made();
    const rest = await bench.run([...args, '--resume', '--max-calls', 'none'], options);

    expect([code, again.code, rest.code], stderr + rest.stderr).toEqual([4, 4, 0]);
    expect(calls).toBe(47);
    expect(stopped).toEqual(rightly(47));
    expect(stoppedAgain).toEqual(stopped);
    expect(JSON.parse(rest.stdout).calls).toBe(made());
  });

  it.each(CASES)('by a key that is refused, %s, with %s', async (place, kind) => {
    let isRefused = false;
    const { bench, args, options, made, said } = await countedBench(place, kind, {
      behave: ({ model }) => (isRefused && model === 'large' ? { kind: 'status', status: 401 } : undefined),
      observe: () => {
        isRefused ||= made() > ROWS / 2;
      },
    });

    const { code, stdout } = await bench.run(args, options);
    const calls = made();

    expect(code).toBe(4);
    expect(await said(stdout)).toEqual(rightly(calls));
  });

  it('to standard output, where nothing is kept', async () => {
    const { bench, args, options, made } = await countedBench('on one machine', 'steps', {
      behave: (request) => (mailStepOf(request) === 'check' ? { kind: 'hang' } : undefined),
    });
    const toStandardOutput = args
      .map((arg) => (arg === 'out.csv' ? '-' : arg))
      .filter((arg) => arg !== '--json');
    const running = bench.startHere([...toStandardOutput, '-c', '5'], options);
    await until(() => made() >= 5 + 5 + 1);
    running.signal('SIGINT');
    const { code, stderr } = await running.finished;

    expect(code).toBe(130);
    expect(stderr).toContain(`; ${made()} calls, `);
  });
});
