import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gzipMembers } from '../support/gzip-members.js';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import {
  API_KEY,
  enrichedCsv,
  parseCsv,
  parseJsonl,
  rowsCsv,
  type Workbench,
  workbench,
} from './workbench.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

describe('batchai run, from file to file', () => {
  it('enriches a CSV catalogue, every value as it was, in order', async () => {
    const bench = await workbench({ keyColumn: 'sku' });
    await take(bench, 'products.csv');

    const result = await bench.run(['products.csv', '-o', 'described.csv']);

    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toContain('batchai: the plan');
    const before = parseCsv(await bench.read('products.csv'));
    const after = parseCsv(await bench.read('described.csv'));
    expect(after).toEqual(before.map((row) => ({ ...row, ai_output: `described ${row.sku}` })));
    expect(before.every(({ sku }) => bench.server.calls(sku ?? '') === 1)).toBe(true);
    const keys = new Set(bench.server.requests.map(({ idempotencyKey }) => idempotencyKey));
    expect(keys.size, 'no two rows share an Idempotency-Key').toBe(before.length);
    expect((await bench.list()).filter((name) => !name.includes('.checkpoint'))).toEqual([
      'described.csv',
      'products.csv',
    ]);
  });

  it('keeps the layout of a spreadsheet export: CRLF, a byte order mark, leading zeros', async () => {
    const bench = await workbench();
    await take(bench, 'excel-export.csv');

    const { code } = await bench.run(['excel-export.csv', '-o', 'out.csv']);

    expect(code).toBe(0);
    const output = await bench.read('out.csv');
    expect(output.split('\r\n').length).toBe((await bench.read('excel-export.csv')).split('\r\n').length);
    expect(parseCsv(output)).toEqual(
      parseCsv(await bench.read('excel-export.csv')).map((row) => ({
        ...row,
        ai_output: `described ${row.sku}`,
      })),
    );
  });

  it('enriches a TSV', async () => {
    const bench = await workbench();
    await take(bench, 'cities.tsv');

    const { code } = await bench.run(['cities.tsv', '-o', 'out.tsv']);

    expect(code).toBe(0);
    expect(parseCsv(await bench.read('out.tsv'), '\t')).toEqual(
      parseCsv(await bench.read('cities.tsv'), '\t').map((row) => ({
        ...row,
        ai_output: `described ${row.city}`,
      })),
    );
  });

  it('enriches a JSONL file, its nested values and long numbers untouched', async () => {
    const bench = await workbench({ answer: () => ({ mood: 'cross', score: 2 }) });
    await take(bench, 'tickets.jsonl');

    const { code } = await bench.run(['tickets.jsonl', '-o', 'out.jsonl']);

    expect(code).toBe(0);
    const before = (await bench.read('tickets.jsonl')).trimEnd().split('\n');
    const after = (await bench.read('out.jsonl')).trimEnd().split('\n');
    expect(after).toEqual(
      before.map((line) => `${line.slice(0, -1)},"ai_output":{"mood":"cross","score":2}}`),
    );
  });

  it('writes an object as JSON into the cell of a CSV, and as an object into JSONL', async () => {
    const bench = await workbench({ answer: () => ({ title: 'A "mug"', tags: ['blue', 'big'] }) });
    await bench.write('rows.csv', rowsCsv(3));
    await bench.write('rows.jsonl', '{"id":1,"size":{"cm":4}}\n{"id":2}\n');

    const results = [
      await bench.run(['rows.csv', '-o', 'from-csv.jsonl']),
      await bench.run(['rows.csv', '-o', 'from-csv.csv']),
      await bench.run(['rows.jsonl', '-o', 'from-jsonl.csv']),
    ];

    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    const answer = { title: 'A "mug"', tags: ['blue', 'big'] };
    expect(parseJsonl(await bench.read('from-csv.jsonl'))).toEqual(
      parseCsv(rowsCsv(3)).map((row) => ({ ...row, ai_output: answer })),
    );
    expect(parseCsv(await bench.read('from-csv.csv'))[2]?.ai_output).toBe(JSON.stringify(answer));
    expect(parseCsv(await bench.read('from-jsonl.csv'))).toEqual([
      { id: '1', size: '{"cm":4}', ai_output: JSON.stringify(answer) },
      { id: '2', size: '', ai_output: JSON.stringify(answer) },
    ]);
  });

  it('reads and writes gzip', async () => {
    const bench = await workbench();
    await bench.write('rows.csv.gz', gzipSync(rowsCsv(300)));

    const { code } = await bench.run(['rows.csv.gz', '-o', 'out.csv.gz']);

    expect(code).toBe(0);
    expect(gunzipSync(await readFile(bench.path('out.csv.gz'))).toString()).toBe(enrichedCsv(300));
  });

  it('writes gzip with the header and the first rows in one member, also after a kill, and calls none again', async () => {
    const bench = await workbench({ latencyMs: 100, keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(120));
    const args = ['rows.csv', '-o', 'out.csv.gz', '-c', '4', '-b', '5'];

    const killed = bench.start(args);
    while (bench.server.requests.length < 64) await new Promise((resolve) => setTimeout(resolve, 10));
    killed.child.kill('SIGKILL');
    await killed.finished;
    const status = await bench.batchai(['status', 'out.csv.gz', '--json']);
    const { code, stderr } = await bench.run([...args, '--resume']);

    expect(code, stderr).toBe(0);
    expect(JSON.parse(status.stdout).rows.done).toBeGreaterThanOrEqual(56);
    expect(bench.server.requests.length).toBeLessThanOrEqual(124);
    const members = gzipMembers(await readFile(bench.path('out.csv.gz')));
    expect(members.map(({ text }) => text)).toEqual([enrichedCsv(120)]);
  });

  it('reads a delimiter of its own and quotes by it', async () => {
    const bench = await workbench({ answer: () => 'one; two' });
    await bench.write('rows.csv', 'id;name\n1;"a;b"\n2;c,d\n');

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--delimiter', ';']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe('id;name;ai_output\n1;"a;b";"one; two"\n2;c,d;"one; two"\n');
  });

  it('passes rows from standard input to standard output, and nothing else', async () => {
    const bench = await workbench();

    const result = await bench.run(['-', '--format', 'csv'], withInput(rowsCsv(120)));

    expect(result).toMatchObject({ code: 0, stdout: enrichedCsv(120) });
    expect(result.stderr).toContain('cannot be resumed');
    expect(await bench.list()).toEqual([]);
  });

  it('writes a file to standard output with -o -, and its dead letters to a file', async () => {
    const bench = await workbench({
      behave: ({ inputs }) => (inputs.id === '00002' ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(3));

    const result = await bench.run(['rows.csv', '-o', '-']);

    expect(result).toMatchObject({ code: 3, stdout: enrichedCsv(3, { fails: (n) => n === 2 }) });
    expect(await bench.list()).toEqual(['rows.csv', 'rows.csv.dead-letters.jsonl']);
  });

  it('names the output after the input', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(2));
    await bench.write('rows.jsonl.gz', gzipSync('{"id":1}\n'));

    const results = [await bench.run(['rows.csv']), await bench.run(['rows.jsonl.gz'])];

    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    expect(await bench.read('rows.enriched.csv')).toBe(enrichedCsv(2));
    expect(await bench.list()).toContain('rows.enriched.jsonl.gz');
  });
});

describe('batchai run, its options', () => {
  it('sends only the columns named, under the names given', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(1));

    const { code, stderr } = await bench.run(['rows.csv', '--inputs', 'title=name,id']);

    expect(code).toBe(0);
    expect(bench.server.requests.map(({ inputs }) => inputs)).toEqual([
      { title: 'Item 1, "blue"', id: '00001' },
    ]);
    expect(stderr).toMatch(/sends +title=name, id/);
  });

  it('puts answers into the column named', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,ai_output\n1,taken\n');

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--output-column', 'summary']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe('id,ai_output,summary\n1,taken,described 1\n');
  });

  it('does the first rows only, and the rest once the limit goes', async () => {
    const bench = await workbench({ keyColumn: 'id' });
    await bench.write('rows.csv', rowsCsv(30));

    const limited = await bench.run(['rows.csv', '-o', 'out.csv', '--limit', '7']);
    const afterSeven = await bench.read('out.csv');
    const rest = await bench.run(['rows.csv', '-o', 'out.csv', '--resume']);

    expect([limited.code, rest.code]).toEqual([0, 0]);
    expect(afterSeven).toBe(enrichedCsv(7));
    expect(await bench.read('out.csv')).toBe(enrichedCsv(30));
    expect(bench.server.requests).toHaveLength(30);
  });

  it('plans with --dry-run, calls nothing and leaves nothing', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(3));

    const result = await bench.run(['rows.csv', '--dry-run', '--concurrency', '3']);

    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toContain('rows.enriched.csv');
    expect(result.stderr).toContain('3 calls in flight');
    expect(bench.server.requests).toHaveLength(0);
    expect(await bench.list()).toEqual(['rows.csv']);
  });

  it('gives the summary as JSON', async () => {
    const bench = await workbench({
      behave: ({ inputs }) => (inputs.id === '00002' ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(4));

    const { code, stdout } = await bench.run(['rows.csv', '-o', 'out.csv', '--json']);

    expect(code).toBe(3);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const summary = JSON.parse(stdout) as Record<string, unknown>;
    expect(summary).toMatchObject({
      total: 4,
      succeeded: 3,
      failed: 1,
      calls: 4,
      retries: 0,
      successRate: 0.75,
      resumed: false,
      output: 'out.csv',
      deadLetters: 'out.csv.dead-letters.jsonl',
    });
    expect(summary.elapsedMs).toBeGreaterThanOrEqual(0);
    const { mean, p50, p95, p99 } = summary.latency as Record<string, number>;
    for (const figure of [mean, p50, p95, p99]) expect(figure).toBeGreaterThan(0);
  });

  it('says nothing with --quiet', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(3));

    const result = await bench.run(['rows.csv', '--quiet']);

    expect(result).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  });

  it('refuses with a word even with --quiet', async () => {
    const bench = await workbench();

    const result = await bench.run(['nothing.csv', '--quiet']);

    expect(result).toMatchObject({ code: 2, stderr: 'batchai: error: nothing.csv: there is no such file\n' });
  });

  it('replaces an output and its dead letters with --overwrite', async () => {
    const bench = await workbench({
      behave: ({ inputs }) => (inputs.id === '00002' ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(3));
    await bench.run(['rows.csv', '-o', 'out.csv']);
    await bench.write('rows.csv', rowsCsv(1));

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv', '--overwrite']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(1));
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  });

  it('needs neither key nor network for a fabric on this machine', async () => {
    const folder = await temporaryFolder();
    const output = join(folder, 'out.csv');

    const result = await runBatchai([
      'run',
      'fixtures/reviews.csv',
      '-f',
      'local:sentiment',
      '--inputs',
      'title,review',
      '-o',
      output,
    ]);

    expect(result).toMatchObject({ code: 0, stdout: '' });
    const rows = parseCsv(await readFile(output, 'utf8'));
    expect(rows).toHaveLength(parseCsv(await readFile(join(FIXTURES, 'reviews.csv'), 'utf8')).length);
    expect(rows.every(({ ai_output }) => ai_output !== '')).toBe(true);
  });

  it('takes a file with a header and no rows for a file that is done', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,name\n');

    const { code } = await bench.run(['rows.csv', '-o', 'out.csv']);

    expect([code, bench.server.requests.length]).toEqual([0, 0]);
    expect(await bench.read('out.csv')).toBe('id,name,ai_output\n');
  });

  it('takes the base URL from the environment', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(1));

    const { code } = await runBatchai(['run', bench.path('rows.csv'), '-f', 'x', '-r', 'none'], {
      env: { PROMPTHA_API_KEY: API_KEY, PROMPTHA_BASE_URL: bench.server.url },
    });

    expect([code, bench.server.requests.length]).toEqual([0, 1]);
  });

  it('does its work to the end when nobody reads its messages any more', async () => {
    const bench = await workbench({ latencyMs: 20 });
    await bench.write('rows.csv', rowsCsv(100));

    const batchai = bench.start(['rows.csv', '-o', 'out.csv']);
    await batchai.stderrIncludes('limits');
    batchai.child.stderr?.destroy();
    const { code } = await batchai.finished;

    expect(await bench.read('out.csv')).toBe(enrichedCsv(100));
    expect(code).toBe(0);
  });

  it('ends quietly when the reader of its standard output has gone', async () => {
    const bench = await workbench({ latencyMs: 20 });
    await bench.write('rows.csv', rowsCsv(3000, { bytes: 400 }));

    const batchai = bench.start(['rows.csv', '-o', '-', '--quiet', '-b', '10']);
    await new Promise((resolve) => batchai.child.stdout?.once('data', resolve));
    batchai.child.stdout?.destroy();
    const { code, stderr } = await batchai.finished;

    expect(code).toBe(1);
    expect(stderr).toContain('standard output was closed');
    expect(stderr).not.toContain('    at ');
    expect(bench.server.requests.length).toBeLessThan(3000);
  });
});

async function take(bench: Workbench, fixture: string): Promise<void> {
  await copyFile(join(FIXTURES, fixture), bench.path(fixture));
}

function withInput(stdin: string) {
  return { stdin };
}
