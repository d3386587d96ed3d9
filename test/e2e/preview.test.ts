import { describe, expect, it } from 'vitest';
import { runBatchai } from '../support/run-batchai.js';
import { startBatchai } from '../support/start-batchai.js';
import { called, DESCRIBE, DRAW_OUT, idIn, KEYS, type ModelBench, modelBench } from './model-bench.js';
import { parseJsonl, rowsCsv, workbench } from './workbench.js';

const PRICED = `${DESCRIBE}price: { call: 0.01 }\n`;

function preview(bench: ModelBench, args: readonly string[], options = {}) {
  const address = ['--fabric', 'fabric.yaml', '--base-url', bench.server.url, '--rate-limit', 'none'];
  return bench.batchai(['preview', 'rows.csv', ...address, ...args], options);
}

describe('a preview', () => {
  it('shows the first rows and their answers beside each other, and writes nothing', async () => {
    const bench = await modelBench({}, PRICED);
    await bench.write('rows.csv', rowsCsv(40));

    const { code, stdout, stderr } = await preview(bench, ['--rows', '2']);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toBe(`── row 1 ${'─'.repeat(71)}`);
    // What the prompt does not use is not sent, and not shown.
    expect(lines.slice(1, 3)).toEqual([
      `${'id: 00001'.padEnd(38)} │ described 00001`,
      `${'name: Item 1, "blue"'.padEnd(38)} │`,
    ]);
    expect(lines[4]).toMatch(/^── row 2 /);
    expect(stdout).toMatch(
      /\n2 answered, 0 failed, 2 calls; a call took .*; \d+ tokens in, \d+ out; \$0\.02\n/,
    );
    expect(stdout).toMatch(/\nthe whole file: 40 rows to call, at that price about \$0\.40 /);
    expect(bench.server.requests).toHaveLength(2);
    expect(await bench.list()).toEqual(['fabric.yaml', 'rows.csv']);
  });

  it('shows five rows where no number is given, each in its turn', async () => {
    const bench = await modelBench({ latencyMs: (request) => 200 - 30 * Number(idIn(request)) }, PRICED);
    await bench.write('rows.csv', rowsCsv(9));

    const { stdout } = await preview(bench, ['--json']);

    expect(parseJsonl(stdout).map(({ row }) => row)).toEqual([1, 2, 3, 4, 5]);
  });

  it('shows failures in their places, with the reason, and ends with 3', async () => {
    const bench = await modelBench(
      {
        behave: (request) =>
          idIn(request) === '00002'
            ? { kind: 'status', status: 422, body: { error: { message: 'too odd' } } }
            : undefined,
      },
      PRICED,
    );
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stdout } = await preview(bench, ['--rows', '3']);

    expect(code).toBe(3);
    const second = stdout.slice(stdout.indexOf('── row 2'), stdout.indexOf('── row 3'));
    expect(second).toMatch(/id: 00002 +│ failed, unprocessable: /);
    expect(second).toContain('too odd');
    expect(stdout).toContain('2 answered, 1 failed, 3 calls');
  });

  it('is lines of JSON with --json, and for people on standard error', async () => {
    const bench = await modelBench(
      {
        behave: (request) => (idIn(request) === '00002' ? { kind: 'status', status: 422 } : undefined),
      },
      `${DRAW_OUT}price: { call: 0.01 }\n`,
    );
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stdout, stderr } = await preview(bench, ['--json']);

    expect(code).toBe(3);
    const lines = parseJsonl(stdout);
    expect(lines).toMatchObject([
      {
        row: 1,
        inputs: { id: '00001', name: 'Item 1, "blue"' },
        answer: { title: 'described 00001' },
        calls: 1,
        cost: 0.01,
        reused: null,
        tier: null,
      },
      { row: 2, error: { kind: 'unprocessable' }, latencyMs: null },
      { row: 3, answer: { title: 'described 00003' } },
    ]);
    expect(lines[0]?.usage).toMatchObject({ in: expect.any(Number), out: expect.any(Number) });
    expect(stderr).toMatch(/^batchai: 2 answered, 1 failed, 3 calls; /);
    expect(stderr).toMatch(/\nbatchai: the whole file: 3 rows to call/);
  });

  it('shows rows from the whole file with --spread', async () => {
    const bench = await modelBench({}, PRICED);
    await bench.write('rows.csv', rowsCsv(1_000));

    const { stdout } = await preview(bench, ['--rows', '4', '--spread', '--json']);

    const rows = parseJsonl(stdout).map(({ row }) => Number(row));
    expect(rows).toHaveLength(4);
    expect(rows).toEqual([...rows].sort((a, b) => a - b));
    expect(Math.max(...rows)).toBeGreaterThan(500);
  });

  it('calls a row that asks the same as another once', async () => {
    const bench = await modelBench({}, PRICED);
    await bench.write('rows.csv', 'id,name\n1,a\n2,b\n1,a\n');

    const { stdout } = await preview(bench, []);

    expect(bench.server.requests).toHaveLength(2);
    expect(stdout).toContain('── row 3 (asks what a row above asks) ─');
    expect(stdout).toMatch(/the whole file: 2 rows to call, at that price about \$0\.02 /);
  });

  it('leaves its answers in the cache, where the run finds them', async () => {
    const bench = await modelBench({}, PRICED);
    await bench.write('rows.csv', rowsCsv(8));

    await preview(bench, ['--rows', '3', '--cache', 'kept']);
    const again = await preview(bench, ['--rows', '3', '--cache', 'kept']);
    const run = await bench.run(['rows.csv', '-o', 'out.csv', '--cache', 'kept', '--json']);

    expect(again.stdout).toContain('── row 1 (the answer was in the cache) ─');
    expect(JSON.parse(run.stdout)).toMatchObject({ calls: 5, saved: { fromCache: 3 } });
    expect(bench.server.requests).toHaveLength(8);
  });

  it('takes rows from standard input, of which it does not know the end', async () => {
    const { code, stdout } = await runBatchai(
      ['preview', '-', '--format', 'csv', '--fabric', 'local:keywords', '--rows', '1'],
      { stdin: rowsCsv(3) },
    );

    expect(code).toBe(0);
    expect(stdout).toContain('── row 1 ');
    expect(stdout).not.toContain('the whole file');
  });

  it('is stopped by a refused key, which it never prints', async () => {
    const key = 'sk-very-secret-0123456789-abcdefghij';
    const bench = await modelBench({}, PRICED);
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stdout, stderr } = await preview(bench, [], { env: { OPENAI_API_KEY: key } });

    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toMatch(/stopped: .*the key in OPENAI_API_KEY is refused\); 0 of 3 rows had a result\n/);
    expect(stderr).not.toContain(key);
  });

  it('ends with Ctrl-C once the calls in the air have landed', async () => {
    const bench = await modelBench({ latencyMs: 200 }, PRICED);
    await bench.write('rows.csv', rowsCsv(40));
    const address = ['--fabric', 'fabric.yaml', '--base-url', bench.server.url, '-r', 'none', '-c', '2'];

    const batchai = startBatchai(['preview', 'rows.csv', ...address, '--rows', '40'], {
      cwd: bench.folder,
      env: KEYS,
    });
    await called(bench.server, 2);
    batchai.child.kill('SIGINT');
    const { code, stdout, stderr } = await batchai.finished;

    expect(code).toBe(130);
    expect(stdout).toContain('── row 2 ');
    expect(stderr).toMatch(/stopped: interrupted \(Ctrl-C\); \d of 40 rows had a result\n/);
  });
});

describe('a preview refuses', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['no rows', ['rows.csv', '--fabric', 'local:keywords', '--rows', '0'], /--rows: wanted/],
    ['a key that is not there', ['rows.csv', '--fabric', 'described'], /set PROMPTHA_API_KEY/],
    ['a file that is not there', ['gone.csv', '--fabric', 'local:keywords'], /there is no such file/],
  ])('%s', async (_what, args, says) => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(3));

    const { code, stdout, stderr } = await runBatchai(['preview', ...args], { cwd: bench.folder });

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(says);
  });
});
