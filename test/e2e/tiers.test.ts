import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FakeModelOptions, ModelRequest } from '../support/fake-model-server.js';
import { seededRandom } from '../support/seeded-random.js';
import { idIn, type ModelBench, modelBench } from './model-bench.js';
import { idOf, parseCsv, parseJsonl, rowsCsv } from './workbench.js';

const ROWS = 200;
const SEED = Number(process.env.BATCHAI_SEED ?? Math.floor(Math.random() * 2 ** 31));
const CONCURRENCY = 10;
const OUT = ['rows.csv', '-o', 'out.csv', '-b', '7', '-c', String(CONCURRENCY)];

const AS_OBJECT = `output:
  type: object
  properties:
    text: { type: string }
    confidence: { type: number }
  required: [text, confidence]
  additionalProperties: false
`;

/** A fabric file; `confidence` is what its model says of itself. */
function fabricOf(model: string, output = AS_OBJECT, prompt = '{{ id }}\\n{{ name }}'): string {
  return `provider: openai
model: ${model}
prompt: "${prompt}"
price: { input: ${model === 'small' ? 1 : 10}, output: ${model === 'small' ? 1 : 10} }
${output}`;
}

/** Every third row is too hard for the small model. */
function isHard(id: string): boolean {
  return Number(id) % 3 === 0;
}

function textOf(model: string, id: string): string {
  return `${model} on ${id}`;
}

function answer(request: ModelRequest): object {
  const id = idIn(request);
  return { text: textOf(request.model, id), confidence: request.model === 'small' && isHard(id) ? 0.3 : 0.9 };
}

async function tieredBench(service: FakeModelOptions = {}): Promise<ModelBench> {
  const bench = await modelBench({
    answer,
    usage: () => ({ input: 100, output: 100 }),
    latencyMs: (request) => 2 + ((Number(idIn(request)) * 7919) % 7),
    ...service,
  });
  await bench.write('small.yaml', fabricOf('small'));
  await bench.write('large.yaml', fabricOf('large'));
  await bench.write('rows.csv', rowsCsv(ROWS));
  return bench;
}

const FIELD = [
  '--fabric',
  'small.yaml',
  '--tier',
  'large.yaml',
  '--min-score',
  '0.7',
  '--score',
  'field:confidence',
];

function callsOf(bench: ModelBench, model: string): string[] {
  return bench.server.requests.filter((request) => request.model === model).map(idIn);
}

function models(text: string, column = 'ai_output'): string[] {
  return parseCsv(text).map((row) => String(JSON.parse(row[column] ?? '{}').text).split(' ')[0] ?? '');
}

const EXPECTED = Array.from({ length: ROWS }, (_, index) => (isHard(idOf(index + 1)) ? 'large' : 'small'));
const HARD = EXPECTED.filter((model) => model === 'large').length;

describe('a run with tiers', () => {
  it('asks the better fabric where an answer scores too low, and says what each took', async () => {
    const bench = await tieredBench();

    const { code, stdout, stderr } = await bench.run([...OUT, ...FIELD, '--json', '--meta-columns']);

    expect(code, stderr).toBe(0);
    const rows = parseCsv(await bench.read('out.csv'));
    expect(models(await bench.read('out.csv'))).toEqual(EXPECTED);
    expect(rows.map(({ ai_tier, ai_model }) => `${ai_tier} ${ai_model}`)).toEqual(
      EXPECTED.map((model) => `${model} ${model}`),
    );
    expect(callsOf(bench, 'small').length).toBe(ROWS);
    expect(callsOf(bench, 'large').length).toBe(HARD);
    const small = (ROWS * 200) / 1e6;
    const large = (HARD * 2_000) / 1e6;
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({
      calls: ROWS + HARD,
      retries: 0,
      tokens: { in: (ROWS + HARD) * 100, out: (ROWS + HARD) * 100, cached: 0 },
      costUnit: 'USD',
      unpricedCalls: 0,
      tiers: [
        { fabric: 'small', role: 'tier', asked: ROWS, kept: ROWS - HARD, calls: ROWS },
        { fabric: 'large', role: 'tier', asked: HARD, kept: HARD, calls: HARD },
      ],
    });
    expect(summary.cost).toBeCloseTo(small + large, 9);
    expect(summary.tiers[0].cost).toBeCloseTo(small, 9);
    expect(summary.tiers[1].cost).toBeCloseTo(large, 9);
    expect(summary.lastTierAlone).toBeCloseTo((ROWS * 2_000) / 1e6, 9);
    expect(stderr).toContain(`tier large: ${HARD} rows, of which ${HARD} kept its answer`);
    expect(stderr).toContain('the last tier alone would have cost about $0.4');
  });

  it('has places and keys of its own for each tier, and no barrier between them', async () => {
    let smallCalls = 0;
    let letGo = () => {};
    const enough = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const bench = await tieredBench({
      heldBack: ({ model }) => (model === 'large' ? enough : undefined),
      observe: ({ event, request }) => {
        if (event === 'arrived' && request.model === 'small' && ++smallCalls > 60) letGo();
      },
    });
    await bench.write('rows.csv', rowsCsv(90));

    const { code } = await bench.run([...OUT, ...FIELD]);

    // Where a row that moved up kept its place, ten hard ones would hold all places after thirty rows, for good.
    expect(code).toBe(0);
    expect(bench.server.maxInFlight).toBeLessThanOrEqual(2 * CONCURRENCY);
    const keys = bench.server.requests.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it(`ends in the same bytes when it is killed again and again (BATCHAI_SEED=${SEED})`, async () => {
    const random = seededRandom(SEED);
    let answers = 0;
    let then = () => {};
    const bench = await tieredBench({
      observe: ({ event }) => {
        if (event === 'answered' && --answers === 0) then();
      },
    });
    const reference = await tieredBench();
    await reference.run([...OUT, ...FIELD]);

    let lives = 0;
    let code: number | null = null;
    while (code === null) {
      lives++;
      const batchai = bench.start([...OUT, ...FIELD, '--resume', '--json']);
      answers = 10 + Math.floor(random() * 80);
      then = () => void delay(random() * 4).then(() => batchai.child.kill('SIGKILL'));
      ({ code } = await batchai.finished);
    }

    expect(code).toBe(0);
    expect(lives).toBeGreaterThan(2);
    expect(await bench.read('out.csv')).toBe(await reference.read('out.csv'));
    const repeated = bench.server.requests.length - (ROWS + HARD);
    expect(repeated).toBeLessThanOrEqual((lives - 1) * 2 * CONCURRENCY);
    const keys = new Map<string, Set<unknown>>();
    for (const request of bench.server.requests) {
      const question = `${request.model} ${idIn(request)}`;
      keys.set(question, (keys.get(question) ?? new Set()).add(request.idempotencyKey));
    }
    expect(Math.max(...[...keys.values()].map((all) => all.size))).toBe(1);
  });

  it('pays for no step again that was interrupted twice', async () => {
    const state = { large: 'hang' as 'hang' | 'answer' };
    const bench = await tieredBench({
      behave: ({ model }) => (model === 'large' && state.large === 'hang' ? { kind: 'hang' } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(9));
    for (let life = 0; life < 3; life++) {
      const batchai = bench.start([...OUT, ...FIELD, '--resume']);
      while (callsOf(bench, 'large').length < 3 * (life + 1)) await delay(2);
      batchai.child.kill('SIGKILL');
      await batchai.finished;
    }
    state.large = 'answer';

    const { code, stdout } = await bench.run([...OUT, ...FIELD, '--resume', '--json']);

    expect(code).toBe(0);
    expect(callsOf(bench, 'small').length).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({ total: 9, calls: 12 });
  });

  it('counts every call once when it is stopped by a signal half-way up, and goes on', async () => {
    const state = { hangs: true };
    const bench = await tieredBench({
      behave: ({ model }) => (model === 'large' && state.hangs ? { kind: 'hang' } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(9));
    const batchai = bench.startHere([...OUT, ...FIELD], { timings: { graceMs: 200 } });
    while (callsOf(bench, 'large').length < 3) await delay(2);
    batchai.signal('SIGINT');
    const stopped = await batchai.finished;
    state.hangs = false;

    const { code, stdout } = await bench.run([...OUT, ...FIELD, '--resume', '--json']);

    expect([stopped.code, code]).toEqual([130, 0]);
    expect(callsOf(bench, 'small').length).toBe(9);
    expect(callsOf(bench, 'large').length).toBe(6);
    expect(JSON.parse(stdout).calls).toBe(15);
  });

  it('refuses to go on with other tiers', async () => {
    const bench = await tieredBench();
    await bench.run([...OUT, ...FIELD, '--max-calls', '50']);
    const calls = bench.server.requests.length;

    const { code, stderr } = await bench.run([...OUT, ...FIELD, '--min-score', '0.8', '--resume']);

    expect(code, stderr).toBe(2);
    expect(bench.server.requests.length).toBe(calls);
  });

  it('retries failed rows with the same tiers', async () => {
    const state = { broken: true };
    const bench = await tieredBench({
      behave: (request) =>
        state.broken && Number(idIn(request)) % 20 === 0 ? { kind: 'status', status: 422 } : undefined,
    });
    const run = await bench.run([...OUT, ...FIELD, '--meta-columns']);
    state.broken = false;

    const retried = await bench.batchai(['retry', 'out.csv', '--base-url', bench.server.url, '--json']);

    expect([run.code, retried.code], retried.stderr).toEqual([3, 0]);
    expect(models(await bench.read('out.csv'))).toEqual(EXPECTED);
    const rows = parseCsv(await bench.read('out.csv'));
    expect(rows.map(({ ai_model }) => ai_model)).toEqual(EXPECTED);
    expect(rows.filter(({ ai_error }) => ai_error !== '')).toEqual([]);
    expect(JSON.parse(retried.stdout)).toMatchObject({ total: 10, succeeded: 10, failed: 0 });
  });

  it('gives a row that fails in all tiers to the dead letters', async () => {
    const bench = await tieredBench({
      behave: (request) => (Number(idIn(request)) % 50 === 0 ? { kind: 'status', status: 422 } : undefined),
    });

    const { code } = await bench.run([...OUT, ...FIELD]);

    expect(code).toBe(3);
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl')).map(({ row }) => row)).toEqual([
      50, 100, 150, 200,
    ]);
    expect(callsOf(bench, 'large').filter((id) => Number(id) % 50 === 0).length).toBe(4);
  });
});

describe('a scorer', () => {
  it('that is a judge sees the answer as `output`, and has a file of its own', async () => {
    const bench = await tieredBench({
      answer: (request) =>
        request.model === 'judge'
          ? `Score: ${request.prompt.includes('small') && isHard(idIn(request)) ? 0.2 : 0.9}`
          : textOf(request.model, idIn(request)),
    });
    for (const model of ['small', 'large']) await bench.write(`${model}.yaml`, fabricOf(model, ''));
    await bench.write('judge.yaml', fabricOf('judge', '', '{{ id }}\\nHow good is {{ output }}?'));

    const { code, stdout, stderr } = await bench.run([
      ...OUT,
      ...[
        '--fabric',
        'small.yaml',
        '--tier',
        'large.yaml',
        '--min-score',
        '0.7',
        '--score',
        'fabric:judge.yaml',
      ],
      '--json',
    ]);

    expect(code, stderr).toBe(0);
    expect(parseCsv(await bench.read('out.csv')).map(({ ai_output }) => ai_output?.split(' ')[0])).toEqual(
      EXPECTED,
    );
    expect(bench.server.requests.filter(({ model }) => model === 'judge').length).toBe(ROWS + HARD);
    const keys = bench.server.requests.map(({ idempotencyKey }) => idempotencyKey);
    expect(new Set(keys).size).toBe(keys.length);
    expect(JSON.parse(stdout).tiers.at(-1)).toMatchObject({
      fabric: 'judge',
      role: 'judge',
      asked: ROWS + HARD,
    });
    expect(stderr).toContain(`judge judge: ${ROWS + HARD} answers`);
  });

  it('that is the schema moves up what does not match it, without a repair', async () => {
    const bench = await tieredBench({
      answer: (request) =>
        request.model === 'small' && isHard(idIn(request))
          ? { text: 7 }
          : { text: request.model, confidence: 1 },
    });

    const { code, stderr } = await bench.run([
      ...OUT,
      ...['--fabric', 'small.yaml', '--tier', 'large.yaml', '--score', 'schema'],
    ]);

    expect(code, stderr).toBe(0);
    expect(models(await bench.read('out.csv'))).toEqual(EXPECTED);
    expect(callsOf(bench, 'small').length).toBe(ROWS);
    expect(callsOf(bench, 'large').length).toBe(HARD);
  });

  it('that is a module which throws stops the run, with nothing lost', async () => {
    const bench = await tieredBench();
    await bench.write(
      'score.mjs',
      'export default ({ id }) => { if (id === "00050") throw new Error("no luck"); return 1; };',
    );
    const scored = [
      ...OUT,
      '--fabric',
      'small.yaml',
      '--tier',
      'large.yaml',
      '--min-score',
      '0.7',
      '--score',
      'module:score.mjs',
    ];

    const first = await bench.run(scored);
    await bench.write('score.mjs', 'export default () => 1;');
    // A process of its own: Node loads a module once.
    const second = await bench.start([...scored, '--resume']).finished;

    expect([first.code, second.code], first.stderr).toEqual([4, 0]);
    expect(first.stderr).toContain('score.mjs failed on row 50: no luck');
    expect(callsOf(bench, 'small').length).toBe(ROWS);
    expect(models(await bench.read('out.csv'))).toEqual(EXPECTED.map(() => 'small'));
  });

  it.each([
    ['a module that is not there', 'module:nowhere.mjs', 'nowhere.mjs cannot be loaded'],
    ['a judge that is not there', 'fabric:nowhere.yaml', 'nowhere.yaml'],
    ['a schema that no file has', 'schema', 'has no schema to check its answers by'],
  ])('that is %s is refused before the first call', async (_, scorer, message) => {
    const bench = await tieredBench();
    await bench.write('small.yaml', fabricOf('small', ''));

    const { code, stderr } = await bench.run([
      ...OUT,
      ...['--fabric', 'small.yaml', '--tier', 'large.yaml', '--min-score', '0.7', '--score', scorer],
    ]);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(bench.server.requests.length).toBe(0);
  });
});
