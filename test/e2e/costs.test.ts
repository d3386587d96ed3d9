import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ModelRequest } from '../support/fake-model-server.js';
import { called, DESCRIBE, DRAW_OUT, idIn, KEYS, modelBench } from './model-bench.js';
import { hasRedis, queueBench, terminate } from './queue-bench.js';
import { parseCsv, parseJsonl, rowsCsv, workbench } from './workbench.js';

const PRICE = ['--price', 'input=2,output=8,cached=0.5'];
const OUT = ['rows.csv', '-o', 'out.csv'];

/** Different for every call. */
function usage(request: ModelRequest) {
  const n = Number(idIn(request));
  return { input: 1_000 + n, output: 10 * n, cached: n % 2 === 0 ? 512 : 0 };
}

function costOf(requests: readonly ModelRequest[]): number {
  return requests
    .map(usage)
    .reduce(
      (sum, { input, output, cached }) => sum + ((input - cached) * 2 + cached * 0.5 + output * 8) / 1e6,
      0,
    );
}

describe('what a run costs', () => {
  it('is the sum of what its calls took, failed ones too, at their price', async () => {
    const bench = await modelBench(
      { usage, finish: (request) => (Number(idIn(request)) % 10 === 0 ? 'truncated' : undefined) },
      DESCRIBE,
    );
    await bench.write('rows.csv', rowsCsv(60));

    const { code, stdout, stderr } = await bench.run([...OUT, ...PRICE, '--json']);

    expect(code, stderr).toBe(3);
    const summary = JSON.parse(stdout);
    expect(summary.cost).toBeCloseTo(costOf(bench.server.requests), 9);
    expect(summary).toMatchObject({
      costUnit: 'USD',
      unpricedCalls: 0,
      tokens: {
        in: bench.server.requests.reduce((sum, request) => sum + usage(request).input, 0),
        out: bench.server.requests.reduce((sum, request) => sum + usage(request).output, 0),
        cached: 30 * 512,
      },
    });
    expect(stderr).toMatch(/cost: \$0\.\d+; [\d,]+ tokens in \([\d,]+ of them cached\), [\d,]+ out/);
  });

  it('counts the calls that were made again for an answer of the wrong form', async () => {
    const bench = await modelBench(
      {
        usage,
        answer: ({ messages }) =>
          messages.some(({ role }) => role === 'assistant') ? { title: 't', tags: [] } : { title: 7 },
      },
      DRAW_OUT,
    );
    await bench.write('rows.csv', rowsCsv(20));

    const { code, stdout, stderr } = await bench.run([...OUT, ...PRICE, '--json']);

    expect(code, stderr).toBe(0);
    expect(bench.server.requests.length).toBe(40);
    expect(JSON.parse(stdout).cost).toBeCloseTo(costOf(bench.server.requests), 9);
  });

  it('goes on counting after a kill: only what was in the air is not in it', async () => {
    const bench = await modelBench({ usage, latencyMs: 5 }, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(200));
    const batchai = bench.start([...OUT, ...PRICE, '-c', '5', '--resume']);
    while (bench.server.requests.length < 100) await delay(1);
    batchai.child.kill('SIGKILL');
    await batchai.finished;

    const { code, stdout } = await bench.run([...OUT, ...PRICE, '-c', '5', '--resume', '--json']);

    expect(code).toBe(0);
    const last = new Map(bench.server.requests.map((request) => [idIn(request), request]));
    expect(JSON.parse(stdout).cost).toBeCloseTo(costOf([...last.values()]), 9);
    expect(bench.server.requests.length).toBeLessThanOrEqual(205);
  });

  it('is not known where nobody says the price, and tokens are', async () => {
    const bench = await modelBench({ usage }, DESCRIBE.replace('gpt-4.1-mini', 'own-model'));
    await bench.write('rows.csv', rowsCsv(5));

    const { stdout, stderr } = await bench.run([...OUT, '--json']);

    expect(JSON.parse(stdout)).toMatchObject({
      cost: null,
      costUnit: null,
      unpricedCalls: 5,
      tokens: { in: 5_015, out: 150 },
    });
    expect(stderr).toContain('cost: the price is not known (see --price); 5,015 tokens in');
  });

  it('is in credits where the price is', async () => {
    const bench = await workbench({
      behave: () => ({
        kind: 'body',
        body: { output: 'fine', usage: { prompt_tokens: 400, completion_tokens: 100 } },
      }),
    });
    await bench.write('rows.csv', rowsCsv(10));

    const { stdout, stderr } = await bench.run([...OUT, '--price', 'credits=2', '--json']);

    expect(JSON.parse(stdout)).toMatchObject({
      cost: 10,
      costUnit: 'credits',
      tokens: { in: 4_000, out: 1_000 },
    });
    expect(stderr).toContain('cost: 10 credits; 4,000 tokens in, 1,000 out');
  });

  it('counts answers of Promptha in which there is none', async () => {
    const bench = await workbench({
      behave: (_, nth) =>
        nth === 1
          ? { kind: 'body', body: { usage: { total_tokens: 1_000 } } }
          : { kind: 'body', body: { output: 'fine', usage: { total_tokens: 500 } } },
    });
    await bench.write('rows.csv', rowsCsv(1));

    const { code, stdout } = await bench.run([...OUT, '--price', 'credits=2', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ calls: 2, cost: 3 });
  });

  it.runIf(hasRedis)('is the same over a queue', async () => {
    const bench = await modelBench({ usage }, DESCRIBE);
    await bench.write('rows.csv', rowsCsv(60));
    const queue = await queueBench();
    queue.worker('one', [], { cwd: bench.folder, env: KEYS });

    const { code, stdout, stderr } = await bench.run([
      ...OUT,
      ...PRICE,
      '--queue',
      queue.redis.url,
      '--json',
    ]);

    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).cost).toBeCloseTo(costOf(bench.server.requests), 9);
  });

  it.runIf(hasRedis)('has over a queue what a row took that its worker gave up', async () => {
    const WAITS = { kind: 'status', status: 500, headers: { 'retry-after': '60' } } as const;
    const calls = { ofRow3: 0 };
    const bench = await modelBench(
      {
        usage,
        answer: ({ messages }) =>
          messages.some(({ role }) => role === 'assistant') ? { title: 't', tags: [] } : { title: 7 },
        // Its first answer is of the wrong form, and paid for; then it waits for its next try.
        behave: (request) => (idIn(request) === '00003' && ++calls.ofRow3 === 2 ? WAITS : undefined),
      },
      DRAW_OUT,
    );
    await bench.write('rows.csv', rowsCsv(5));
    const queue = await queueBench();
    const start = (name: string) => queue.worker(name, [], { cwd: bench.folder, env: KEYS });
    const first = start('tethys');
    const run = bench.start([...OUT, ...PRICE, '--queue', queue.redis.url, '--json']);
    await called(bench.server, 10);

    await terminate(first);
    start('dione');
    const { code, stdout, stderr } = await run.finished;

    expect(code, stderr).toBe(0);
    const billed = bench.server.requests.filter(({ status }) => status === 200);
    expect(JSON.parse(stdout)).toMatchObject({ total: 5, calls: 12 });
    expect(billed).toHaveLength(11);
    expect(JSON.parse(stdout).cost).toBeCloseTo(costOf(billed), 9);
  });
});

describe('--meta-columns', () => {
  it('say of each row what its calls took', async () => {
    const bench = await modelBench(
      {
        usage,
        behave: (request) =>
          idIn(request) === '00003'
            ? { kind: 'status', status: 422, body: { error: { message: 'no, "never"' } } }
            : undefined,
      },
      DESCRIBE,
    );
    const same = rowsCsv(4).trimEnd().split('\n');
    await bench.write('rows.csv', `${[...same, same[1]].join('\n')}\n`);

    const { code, stderr } = await bench.run([...OUT, ...PRICE, '--meta-columns']);

    expect(code, stderr).toBe(3);
    const rows = parseCsv(await bench.read('out.csv'));
    expect(Object.keys(rows[0] ?? {})).toEqual([
      ...['id', 'name', 'note', 'ai_output', 'ai_model', 'ai_tokens_in', 'ai_tokens_out', 'ai_cost'],
      ...['ai_latency_ms', 'ai_tier', 'ai_error'],
    ]);
    expect(rows[0]).toMatchObject({
      ai_output: 'described 00001',
      ai_model: 'gpt-4.1-mini',
      ai_tokens_in: '1001',
      ai_tokens_out: '10',
      ai_cost: '0.002082',
      ai_latency_ms: expect.stringMatching(/^\d+$/),
      ai_tier: '',
      ai_error: '',
    });
    expect(rows[2]).toMatchObject({
      ai_output: '',
      ai_model: '',
      ai_latency_ms: '',
      ai_error: expect.stringContaining('unprocessable: '),
    });
    expect(rows[4]).toMatchObject({
      ai_output: 'described 00001',
      ai_cost: '0',
      ai_tokens_in: '',
      ai_latency_ms: '',
    });
  });

  it('are numbers in JSONL, and in place after a retry', async () => {
    const state = { broken: true };
    const bench = await modelBench(
      {
        usage,
        behave: (request) =>
          state.broken && Number(idIn(request)) % 4 === 0
            ? { kind: 'status', status: 422, body: { error: { message: 'no, "never"' } } }
            : undefined,
      },
      DESCRIBE,
    );
    for (const out of ['out.csv', 'out.jsonl']) {
      state.broken = true;
      await bench.write('rows.csv', rowsCsv(12));
      const run = await bench.run(['rows.csv', '-o', out, ...PRICE, '--meta-columns']);
      state.broken = false;

      const retried = await bench.batchai(['retry', out, '--base-url', bench.server.url]);

      expect([run.code, retried.code], retried.stderr).toEqual([3, 0]);
    }
    const rows = parseCsv(await bench.read('out.csv'));
    const objects = parseJsonl(await bench.read('out.jsonl'));
    expect(rows.map(({ ai_output }) => ai_output)).toEqual(rows.map(({ id }) => `described ${id}`));
    expect(rows.map(({ ai_tokens_out, ai_error }) => [ai_tokens_out, ai_error])).toEqual(
      rows.map((_, index) => [String(10 * (index + 1)), '']),
    );
    expect(objects.map(({ ai_tokens_out }) => ai_tokens_out)).toEqual(
      rows.map((_, index) => 10 * (index + 1)),
    );
    expect(objects.map(({ ai_error }) => ai_error)).toEqual(rows.map(() => null));
  });

  it('say the new reason of a row that a retry fails again', async () => {
    const state = { message: 'first' };
    const bench = await modelBench(
      {
        usage,
        behave: (request) =>
          idIn(request) === '00002'
            ? { kind: 'status', status: 422, body: { error: { message: state.message } } }
            : undefined,
      },
      DESCRIBE,
    );
    await bench.write('rows.csv', rowsCsv(3));
    await bench.run([...OUT, '--meta-columns']);
    state.message = 'second';

    const retried = await bench.batchai(['retry', 'out.csv', '--base-url', bench.server.url]);

    expect(retried.code, retried.stderr).toBe(3);
    expect(parseCsv(await bench.read('out.csv')).map(({ ai_error }) => ai_error?.includes('second'))).toEqual(
      [false, true, false],
    );
  });

  it('are refused where the input has such a column', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,ai_cost\n1,2\n');

    const { code, stderr } = await bench.run([...OUT, '--meta-columns']);

    expect(code).toBe(2);
    expect(stderr).toContain('rows.csv has a column "ai_cost" already');
    expect(bench.server.requests.length).toBe(0);
  });
});
