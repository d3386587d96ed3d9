import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CHECKPOINT_SUFFIX } from '../../src/checkpoint/folder.js';
import type { FakeModelOptions, ModelRequest } from '../support/fake-model-server.js';
import { redisForTest } from '../support/redis-for-test.js';
import { until } from '../support/until.js';
import { idIn, KEYS, type ModelBench, modelBench } from './model-bench.js';
import { hasRedis, keysOfRuns, kill, QUEUE_TIMINGS, startWorker } from './queue-bench.js';
import { parseCsv, rowsCsv } from './workbench.js';

const TEXT_AND_CONFIDENCE = `output:
  type: object
  properties:
    text: { type: string }
    confidence: { type: number }
  required: [text, confidence]
  additionalProperties: false
`;

const SCORE = `output:
  type: object
  properties: { score: { type: number } }
  required: [score]
  additionalProperties: false
`;

const TIERS = ['rows.csv', '-b', '5', '--json', '--fabric', 'small.yaml', '--tier', 'large.yaml'];
const OUT = ['-o', 'out.csv'];
const BY_FIELD = ['--min-score', '0.7', '--score', 'field:confidence'];
const BY_JUDGE = ['--min-score', '0.7', '--score', 'fabric:judge.yaml'];

function fabricOf(model: string, price: number, output: string, prompt = '{{ id }}\\n{{ name }}'): string {
  return `provider: openai
model: ${model}
prompt: "${prompt}"
price: { input: ${price}, output: ${price} }
${output}`;
}

/** Every third row is too hard for the small model. */
function isHard(id: string): boolean {
  return Number(id) % 3 === 0;
}

function answer(request: ModelRequest): object {
  const isGood = request.model === 'large' || !isHard(idIn(request));
  if (request.model === 'judge') return { score: request.prompt.includes('good') ? 0.9 : 0.2 };
  return { text: `${request.model}: ${isGood ? 'good' : 'poor'}`, confidence: isGood ? 0.9 : 0.3 };
}

interface TieredBench extends ModelBench {
  /** The options of a run that workers make the calls of. */
  readonly overQueue: Parameters<ModelBench['run']>[1];
  worker(name: string, args?: readonly string[]): ReturnType<typeof startWorker>;
  readonly redis: Awaited<ReturnType<typeof redisForTest>>;
}

async function tieredBench(service: FakeModelOptions = {}): Promise<TieredBench> {
  const redis = await redisForTest();
  const bench = await modelBench({ answer, usage: () => ({ input: 100, output: 100 }), ...service });
  await bench.write('small.yaml', fabricOf('small', 1, TEXT_AND_CONFIDENCE));
  await bench.write('large.yaml', fabricOf('large', 10, TEXT_AND_CONFIDENCE));
  await bench.write('judge.yaml', fabricOf('judge', 2, SCORE, '{{ id }}\\n{{ output }}'));
  const here = { cwd: bench.folder, timings: QUEUE_TIMINGS };
  return {
    ...bench,
    redis,
    overQueue: { ...here, env: { BATCHAI_QUEUE_URL: redis.url } },
    worker: (name, args = []) =>
      startWorker(['--queue', redis.url, '--name', name, ...args], { ...here, env: KEYS }),
  };
}

function callsTo({ server }: ModelBench, model: string): string[] {
  return server.requests.filter((request) => request.model === model).map(idIn);
}

/** Steps that the run's journal has on disk. */
async function journaledSteps({ path }: ModelBench): Promise<number> {
  const folder = path(`out.csv${CHECKPOINT_SUFFIX}`);
  const names = (await readdir(folder)).filter((name) => name.startsWith('journal'));
  const texts = await Promise.all(names.map((name) => readFile(`${folder}/${name}`, 'utf8')));
  return texts.join('').split('"step":').length - 1;
}

describe.skipIf(!hasRedis)('tiers over a queue', () => {
  it('and a judge take the same calls, cost and bytes with two workers as on one machine', async () => {
    const bench = await tieredBench();
    await bench.write('rows.csv', rowsCsv(60));
    const alone = await bench.run([...TIERS, ...OUT, ...BY_JUDGE]);
    const expected = await bench.read('out.csv');
    const callsAlone = bench.server.requests.length;
    bench.worker('tethys');
    bench.worker('dione');

    const { code, stdout, stderr } = await bench.run(
      [...TIERS, '-o', 'queued.csv', ...BY_JUDGE],
      bench.overQueue,
    );

    const { tiers, calls, cost, tokens } = JSON.parse(alone.stdout);
    expect(code, stderr).toBe(0);
    expect(await bench.read('queued.csv')).toBe(expected);
    expect(bench.server.requests.length).toBe(2 * callsAlone);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ calls, tokens });
    expect(summary.cost).toBeCloseTo(cost, 9);
    expect(summary.tiers.map(({ cost: _, ...tier }: { cost: number }) => tier)).toEqual(
      tiers.map(({ cost: _, ...tier }: { cost: number }) => tier),
    );
    await until(async () => (await keysOfRuns(bench.redis)).length === 0);
  });

  it('go on from a journaled step when the worker, then the coordinator and Redis are lost', async () => {
    const state = { hangs: true };
    const bench = await tieredBench({
      behave: ({ model }) => (model === 'large' && state.hangs ? { kind: 'hang' } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(9));
    const first = bench.worker('tethys');
    const coordinator = bench.start([...TIERS, ...OUT, ...BY_FIELD], bench.overQueue);
    await until(() => callsTo(bench, 'large').length === 3);
    await kill(first);
    const second = bench.worker('dione');
    await until(() => callsTo(bench, 'large').length === 6);
    await until(async () => (await journaledSteps(bench)) >= 3);
    await kill(coordinator);
    await kill(second);
    state.hangs = false;

    const { code, stdout, stderr } = await bench.run([
      ...TIERS,
      ...OUT,
      ...BY_FIELD,
      '--resume',
      '--queue',
      'none',
    ]);

    expect(code, stderr).toBe(0);
    const asked = new Set(callsTo(bench, 'small'));
    // Of rows whose only step is in Redis, the answer stays there.
    const easy = callsTo(bench, 'small').filter((id) => !isHard(id));
    expect(asked.size).toBe(9);
    expect(callsTo(bench, 'small').filter(isHard)).toHaveLength(3);
    expect(easy.length).toBeGreaterThanOrEqual(6);
    expect(callsTo(bench, 'large')).toHaveLength(9);
    expect(JSON.parse(stdout)).toMatchObject({ total: 9, calls: 12 });
    expect(parseCsv(await bench.read('out.csv'))).toHaveLength(9);
  });
});
