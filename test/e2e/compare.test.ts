import { describe, expect, it } from 'vitest';
import type { FakeModelOptions, ModelRequest } from '../support/fake-model-server.js';
import { idIn, type ModelBench, modelBench } from './model-bench.js';
import { parseCsv, rowsCsv } from './workbench.js';

const ROWS = 60;

const OUTPUT = `output:
  type: object
  properties:
    topic: { type: string }
    confidence: { type: number }
  required: [topic, confidence]
  additionalProperties: false
`;

function fabricOf(model: string, output = OUTPUT, prompt = '{{ id }}\\n{{ name }}'): string {
  const price = model === 'small' ? 1 : 10;
  return `provider: openai\nmodel: ${model}\nprompt: "${prompt}"\nprice: { input: ${price}, output: ${price} }\n${output}`;
}

/** The models are at one about rows with even numbers. */
function answer(request: ModelRequest): object | string {
  if (request.model === 'judge') return request.prompt.includes('large') ? '0.9' : '0.4';
  const isOdd = Number(idIn(request).replace(/\D/g, '')) % 2 === 1;
  return { topic: isOdd ? request.model : 'delivery', confidence: 0.75 };
}

async function comparingBench(service: FakeModelOptions = {}): Promise<ModelBench> {
  const bench = await modelBench({ answer, usage: () => ({ input: 100, output: 100 }), ...service });
  await bench.write('small.yaml', fabricOf('small'));
  await bench.write('large.yaml', fabricOf('large'));
  await bench.write('judge.yaml', fabricOf('judge', '', '{{ id }} {{ output | json }}'));
  await bench.write('rows.csv', rowsCsv(ROWS));
  return bench;
}

function compare(bench: ModelBench, args: readonly string[]) {
  const fabrics = ['--fabric', 'small.yaml', '--fabric', 'large.yaml'];
  const limits = ['--base-url', bench.server.url, '--rate-limit', 'none'];
  return bench.batchai(['compare', 'rows.csv', ...fabrics, ...limits, ...args]);
}

describe('batchai compare', () => {
  it('asks each fabric about the same rows, one fabric after the other, and says how often they agree', async () => {
    const bench = await comparingBench();

    const { code, stdout, stderr } = await compare(bench, ['--rows', '4', '--first']);

    expect(code, stderr).toBe(0);
    expect(bench.server.requests.map(({ model }) => model)).toEqual([
      ...new Array(4).fill('small'),
      ...new Array(4).fill('large'),
    ]);
    const asked = bench.server.requests.map(idIn);
    expect(asked.slice(0, 4).sort()).toEqual(asked.slice(4).sort());
    expect(stdout).toMatch(/── row 1 ─+\nid: .*\nname: .*\n▸ small \(.*\) +│ ▸ large \(.*\)\n/);
    expect(stdout).toMatch(/topic: small +│ topic: large\n/);
    expect(stdout).toMatch(/\nanswered +4 of 4 +4 of 4\n/);
    // 200 tokens a row, at 1 and at 10 dollars a million
    expect(stdout).toMatch(/\n1,000 rows cost +\$0\.20 +\$2\.00\n/);
    expect(stdout).toMatch(/\nsame as small +– +2 of 4\n/);
    expect(stdout).toMatch(/both agree on 2 of 4 rows \(topic on 2, confidence on 4\)\n$/);
  });

  it('writes a CSV and a page, and JSON, with rows spread over the file', async () => {
    const bench = await comparingBench();

    const files = ['--csv', 'both.csv', '--page', 'both.html'];
    const { code, stdout, stderr } = await compare(bench, ['--rows', '6', ...files, '--json']);

    expect(code, stderr).toBe(0);
    const rows = parseCsv(await bench.read('both.csv'));
    expect(Object.keys(rows[0] ?? {}).slice(0, 2)).toEqual(['row', 'id']);
    expect(Object.keys(rows[0] ?? {}).slice(-8)).toEqual(
      ['small', 'large'].flatMap((name) => [name, `${name}_error`, `${name}_ms`, `${name}_cost`]),
    );
    expect(rows.map((row) => JSON.parse(row.large ?? '').confidence)).toEqual(new Array(6).fill(0.75));
    expect(Number(rows.at(-1)?.row)).toBeGreaterThan(ROWS / 2);
    const json = JSON.parse(stdout);
    expect(json.rows.map(({ row }: { row: number }) => String(row))).toEqual(rows.map(({ row }) => row));
    expect(json.fabrics.map(({ name }: { name: string }) => name)).toEqual(['small', 'large']);
    const page = await bench.read('both.html');
    expect(page).toMatch(
      /Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-/,
    );
    expect(page.match(/<article /g)).toHaveLength(6);

    const again = await compare(bench, ['--rows', '6', ...files]);
    expect([again.code, again.stderr]).toEqual([
      2,
      expect.stringContaining('both.html exists already; give another name, or --overwrite'),
    ]);
    expect(bench.server.requests).toHaveLength(12);
  });

  it('scores every answer with a judge, whose cost is no part of the price', async () => {
    const bench = await comparingBench();

    const { code, stdout, stderr } = await compare(bench, [
      '--rows',
      '3',
      '--first',
      '--score',
      'fabric:judge.yaml',
    ]);

    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/▸ small \(.*score 0\.4\) +│ ▸ large \(.*score 0\.9\)/);
    expect(stdout).toMatch(/\nscore \(fabric:judge\.yaml\) +0\.4 +0\.73\n/);
    expect(stdout).toMatch(/\n1,000 rows cost +\$0\.20 +\$2\.00\n/);
    expect(bench.server.requests.filter(({ model }) => model === 'judge')).toHaveLength(6);
  });

  it('shows failures in their places, and ends with 3', async () => {
    const bench = await comparingBench({
      behave: (request) =>
        request.model === 'large' && /2$/.test(idIn(request)) ? { kind: 'status', status: 400 } : undefined,
    });

    const { code, stdout } = await compare(bench, ['--rows', '3', '--first', '--csv', 'c.csv']);

    expect(code).toBe(3);
    expect(stdout).toMatch(/failed, [a-z-]+: /);
    expect(stdout).toMatch(/\nanswered +3 of 3 +2 of 3\n/);
    const failed = parseCsv(await bench.read('c.csv'))[1];
    expect(failed?.large).toBe('');
    expect(failed?.large_error).not.toBe('');
  });

  it.each([
    [['compare', 'rows.csv', '-f', 'small.yaml'], '--fabric: give two fabrics or more to compare'],
    [['compare', 'rows.csv', '-f', 'small.yaml', '-f', 'small.yaml'], '--fabric: small.yaml is given twice'],
    [
      ['compare', '-', '-f', 'small.yaml', '-f', 'large.yaml', '--format', 'csv'],
      'standard input can be read only once',
    ],
    [
      ['compare', 'rows.csv', '-f', 'small.yaml', '-f', 'large.yaml', '--score', 'schema'],
      '--score schema tells no answers apart',
    ],
    [['compare', 'rows.csv', '-f', 'small.yaml', '-f', 'none.yaml'], 'none.yaml'],
    [
      ['compare', 'rows.csv', '-f', 'small.yaml', '-f', 'large.yaml', '--csv', 'a', '--page', 'a'],
      'a is named twice',
    ],
    [
      ['compare', 'rows.csv', '-f', 'small.yaml', '-f', 'large.yaml', '--csv', 'no/a.csv'],
      'there is no folder no',
    ],
  ])('refuses %j before it calls anything', async (args, message) => {
    const bench = await comparingBench();

    const { code, stderr } = await bench.batchai(args);

    expect(code, stderr).toBe(2);
    expect(stderr).toContain(message);
    expect(bench.server.requests).toEqual([]);
  });
});
