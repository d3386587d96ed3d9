import { mkdir, rename, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Behaviour, ModelRequest } from '../support/fake-model-server.js';
import { runBatchai } from '../support/run-batchai.js';
import { called, DESCRIBE, DRAW_OUT, idIn, KEYS, type ModelBench, modelBench } from './model-bench.js';
import { enrichedCsv, idOf, parseCsv, parseJsonl, rowsCsv } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];
const ONE_AT_A_TIME = ['-c', '1', '--attempts', '1'];

describe('a service that does not know the best form of asking for JSON', () => {
  it.each([
    ['openai', { jsonSchema: false }, ['json-object', 1]],
    ['openai', { jsonSchema: false, jsonObject: false }, ['text', 2]],
    ['anthropic', { jsonSchema: false }, ['tool', 1]],
    ['anthropic', { jsonSchema: false, tools: false }, ['text', 2]],
  ] as const)(
    '%s, %j: is asked in a lesser one from then on',
    async (provider, supports, [form, refusals]) => {
      const answer = ({ prompt }: ModelRequest) => JSON.stringify({ title: prompt.slice(0, 5), tags: [] });
      const fabric = DRAW_OUT.replace('openai', provider);
      const bench = await modelBench({ supports, ...(form === 'tool' ? {} : { answer }) }, fabric);
      await bench.write('rows.csv', rowsCsv(20));

      const { code, stdout } = await bench.run([...OUT, ...ONE_AT_A_TIME, '--json']);

      // Found out once in a run, at the cost of no row's attempt.
      expect(code).toBe(0);
      expect(bench.server.refusals).toHaveLength(refusals);
      expect(bench.server.requests.map((request) => request.form)).toEqual(Array(20).fill(form));
      expect(JSON.parse(stdout)).toMatchObject({ succeeded: 20, failed: 0 });
    },
  );
});

describe('an answer that does not match the schema', () => {
  const wrong = { title: 'Cup' };

  it('is asked for again with what was wrong with it', async () => {
    const answer = ({ messages }: ModelRequest) =>
      messages.length === 2 ? wrong : { title: 'Cup', tags: ['blue'] };
    const bench = await modelBench({ answer }, DRAW_OUT);
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stdout } = await bench.run([...OUT, '--attempts', '2', '--columns', '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ succeeded: 3, calls: 6, retries: 3 });
    expect(parseCsv(await bench.read('out.csv'))[2]).toMatchObject({
      ai_output: '{"title":"Cup","tags":["blue"]}',
      ai_title: 'Cup',
      ai_tags: '["blue"]',
    });
    const repairs = bench.server.requests.filter(({ messages }) => messages.length > 2);
    expect(repairs).toHaveLength(3);
    expect(repairs[0]?.messages.slice(2)).toEqual([
      { role: 'assistant', content: JSON.stringify(wrong) },
      { role: 'user', content: expect.stringContaining('must have the property "tags"') },
    ]);
  });

  it.each([
    ['1', 1],
    ['5', 2],
  ])('fails the row after %s attempts at most, and after one repair', async (attempts, calls) => {
    const bench = await modelBench({ answer: () => wrong }, DRAW_OUT);
    await bench.write('rows.csv', rowsCsv(1));

    const { code } = await bench.run([...OUT, '--attempts', attempts]);

    expect(code).toBe(3);
    expect(bench.server.requests).toHaveLength(calls);
    expect(await lettersOf(bench)).toMatchObject([
      { row: 1, fabricId: 'fabric', error: { kind: 'bad-answer' }, attempts: calls },
    ]);
  });
});

describe('an answer that was cut off, and one that was refused', () => {
  const finish = (request: ModelRequest) =>
    ({ [idOf(2)]: 'truncated', [idOf(3)]: 'refused' })[idIn(request)] as 'truncated' | 'refused' | undefined;

  it.each(['openai', 'anthropic'])('are dead letters after one call (%s)', async (provider) => {
    const bench = await modelBench({ finish }, DESCRIBE.replace('openai', provider));
    await bench.write('rows.csv', rowsCsv(5));

    const { code, stderr } = await bench.run(OUT);

    expect(code).toBe(3);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(5, { fails: (n) => n === 2 || n === 3 }));
    expect((await lettersOf(bench)).map(({ row, error }) => ({ row, error }))).toEqual([
      { row: 2, error: expect.objectContaining({ kind: 'truncated' }) },
      { row: 3, error: expect.objectContaining({ kind: 'refused' }) },
    ]);
    expect(stderr).toContain('failed, truncated: 1 (row 2)');
    expect(bench.server.requests).toHaveLength(5);
  });

  it('what was cut off is kept with onTruncate: keep', async () => {
    const bench = await modelBench({ finish }, `${DESCRIBE}onTruncate: keep\n`);
    await bench.write('rows.csv', rowsCsv(5));

    const { code } = await bench.run(OUT);

    expect(code).toBe(3);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(5, { fails: (n) => n === 3 }));
  });
});

describe('a retry', () => {
  const REFUSED: Behaviour = { kind: 'status', status: 422 };

  it.each(['where they were', 'in another place, moved together'])(
    'finds the fabric file from another folder: %s',
    async (where) => {
      let isMended = false;
      const bench = await modelBench({
        behave: (request) => (!isMended && idIn(request) === idOf(2) ? REFUSED : undefined),
      });
      await mkdir(bench.path('here/fabrics'), { recursive: true });
      await mkdir(bench.path('here/out'));
      await bench.write('here/fabrics/describe.yaml', DESCRIBE);
      await bench.write('here/rows.csv', rowsCsv(4));
      const { code: before } = await bench.run(
        ['rows.csv', '--fabric', 'fabrics/describe.yaml', '-o', 'out/out.csv'],
        { cwd: bench.path('here'), env: KEYS },
      );
      if (where !== 'where they were') await rename(bench.path('here'), bench.path('there'));
      const output = where === 'where they were' ? 'here/out/out.csv' : 'there/out/out.csv';
      isMended = true;

      const { code, stderr } = await bench.batchai(['retry', output]);

      expect([before, code]).toEqual([3, 0]);
      expect(stderr).toContain(`describe: gpt-4.1-mini at ${bench.server.url}`);
      expect(await bench.read(output)).toBe(enrichedCsv(4));
    },
  );

  it('puts the answers of a mended fabric file into all of their columns', async () => {
    const answer = ({ system = '', prompt }: ModelRequest) =>
      prompt.startsWith(idOf(3)) && !system.includes('both') ? {} : { title: prompt.slice(0, 5), tags: [] };
    const bench = await modelBench({ answer }, DRAW_OUT);
    await bench.write('rows.csv', rowsCsv(5));
    const { code: before } = await bench.run([...OUT, '--columns']);
    await bench.write('fabric.yaml', DRAW_OUT.replace('describe things', 'give both'));

    const { code } = await bench.batchai(['retry', 'out.csv']);

    expect([before, code]).toEqual([3, 0]);
    expect(parseCsv(await bench.read('out.csv'))[2]).toMatchObject({ id: idOf(3), ai_title: idOf(3) });
  });
});

describe('--resume', () => {
  it('goes on after kill -9, and calls no row again that was answered', async () => {
    const bench = await modelBench({ latencyMs: 20, keyOf: idIn }, DRAW_OUT);
    const whole = await modelBench({}, DRAW_OUT);
    const args = [...OUT, '--columns', '-c', '5', '-b', '7', '--resume'];
    for (const { write } of [bench, whole]) await write('rows.csv', rowsCsv(80));
    await whole.run(args);

    const killed = bench.start(args);
    await called(bench.server, 40);
    killed.child.kill('SIGKILL');
    await killed.finished;
    const { code } = await bench.run(args);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(await whole.read('out.csv'));
    expect(bench.server.requests.length).toBeLessThanOrEqual(80 + 5);
    const keysOf = (id: string) =>
      new Set(bench.server.requests.filter((request) => idIn(request) === id).map((r) => r.idempotencyKey));
    for (const { id = '' } of parseCsv(rowsCsv(80))) expect(keysOf(id).size, id).toBe(1);
  });

  it.each([
    ['prompt', ['{{ name }}', 'Name: {{ name }}']],
    ['system prompt', ['things', 'them']],
    ['model', ['gpt-4.1-mini', 'gpt-4.1']],
    ['schema', ['required: [title, tags]', 'required: [title]']],
  ] as const)('is refused after another %s', async (_what, [before, after]) => {
    const bench = await modelBench({}, DRAW_OUT);
    await bench.write('rows.csv', rowsCsv(10));
    await bench.run([...OUT, '--limit', '5']);
    await bench.write('fabric.yaml', DRAW_OUT.replace(before, after));

    const { code, stderr } = await bench.run([...OUT, '--resume']);

    expect(code).toBe(2);
    expect(stderr).toContain("the fabric's definition changed");
    expect(bench.server.requests).toHaveLength(5);
  });

  it('goes on with other limits at another address', async () => {
    const [first, second] = [await modelBench({}), await modelBench({})];
    const fabricAt = (url: string) => `${DESCRIBE}baseUrl: ${url}\nkeyEnv: OPENAI_API_KEY\n`;
    const bench = await modelBench({}, fabricAt(first.server.url));
    await bench.write('rows.csv', rowsCsv(10));
    await bench.run([...OUT, '--limit', '5']);
    const limits = 'limits: { requests: 900/min, tokens: 90000 }\nconcurrency: 3\n';
    await writeFile(bench.path('fabric.yaml'), `${fabricAt(second.server.url)}${limits}`);

    const { code } = await bench.run([...OUT, '--resume']);

    expect(code).toBe(0);
    expect([first.server.requests.length, second.server.requests.length]).toEqual([5, 5]);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(10));
  });
});

it('answers of a fabric at Promptha are checked against the schema of its file', async () => {
  const { fakeFabricForTest } = await import('../support/fake-fabric-for-test.js');
  const service = await fakeFabricForTest({
    keyColumn: 'id',
    answer: ({ inputs }) => (inputs.id === idOf(2) ? { title: 7 } : { title: `${inputs.name}`, tags: [] }),
  });
  const [, schema] = DRAW_OUT.split('output:');
  const bench = await modelBench({}, `provider: promptha\nfabricId: drawing-out\noutput:${schema}`);
  await bench.write('rows.csv', rowsCsv(3));

  const { code } = await runBatchai(
    ['run', ...OUT, '--fabric', 'fabric.yaml', '--columns', '--base-url', service.url, '-r', 'none'],
    { cwd: bench.folder, env: { PROMPTHA_API_KEY: 'test-key' } },
  );

  expect(code).toBe(3);
  expect(service.requests[0]?.fabricId).toBe('drawing-out');
  expect(parseCsv(await bench.read('out.csv'))).toMatchObject([
    { ai_title: 'Item 1, "blue"', ai_tags: '[]' },
    { ai_output: '', ai_title: '', ai_tags: '' },
    { ai_title: 'Item 3, "blue"' },
  ]);
  expect(await lettersOf(bench)).toMatchObject([{ row: 2, error: { kind: 'bad-answer' } }]);
});

interface Letter {
  readonly row: number;
  readonly error: { readonly kind: string };
}

async function lettersOf(bench: ModelBench): Promise<Letter[]> {
  return parseJsonl(await bench.read('out.csv.dead-letters.jsonl')) as unknown as Letter[];
}
