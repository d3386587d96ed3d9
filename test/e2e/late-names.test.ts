import { appendFile, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/checkpoint/checkpoint-file.js';
import { enrich } from '../../src/index.js';
import { API_KEY, FABRIC, parseCsv, parseJsonl, type Workbench, workbench } from './workbench.js';

/** JSONL rows, the last of which has a field that no other has. */
function rowsWithLateName(rows: number, { from = 1, name = 'late' } = {}): string {
  const lines = Array.from({ length: rows }, (_, index) => ({ id: from + index, text: `t${from + index}` }));
  return lines
    .map((row, index) => JSON.stringify(index === rows - 1 ? { ...row, [name]: { deep: [1] } } : row))
    .map((line) => `${line}\n`)
    .join('');
}

/** What a CSV of them should hold. */
function expected(rows: number, lateRows: Readonly<Record<number, string>>, names = Object.values(lateRows)) {
  return Array.from({ length: rows }, (_, index) => ({
    id: `${index + 1}`,
    text: `t${index + 1}`,
    ...Object.fromEntries(names.map((name) => [name, lateRows[index + 1] === name ? '{"deep":[1]}' : ''])),
    ai_output: `described ${index + 1}`,
  }));
}

const OUT = ['rows.jsonl', '-o', 'out.csv'];

describe('a name that comes late in a JSONL file', () => {
  it('has a column of its own in a CSV, though its row is the 120th', async () => {
    const bench = await workbench();
    await bench.write('rows.jsonl', rowsWithLateName(120));

    const { code } = await bench.run(OUT);

    expect(code).toBe(0);
    expect(bench.server.requests).toHaveLength(120);
    expect(parseCsv(await bench.read('out.csv'))).toEqual(expected(120, { 120: 'late' }));
  });

  it('can be asked for', async () => {
    const bench = await workbench();
    await bench.write('rows.jsonl', rowsWithLateName(120));

    const { code } = await bench.run([...OUT, '--inputs', 'id,late']);

    expect(code).toBe(0);
    expect(bench.server.requests.filter(({ inputs }) => 'late' in inputs)).toHaveLength(1);
  });

  it('that is the column of the answers is refused before anything is paid', async () => {
    const bench = await workbench();
    await bench.write('rows.jsonl', rowsWithLateName(120, { name: 'ai_output' }));

    const csv = await bench.run(OUT);
    const jsonl = await bench.run(['rows.jsonl', '-o', 'out.jsonl']);

    expect([csv.code, jsonl.code]).toEqual([2, 2]);
    expect(jsonl.stderr).toContain('has a column "ai_output" already');
    expect(bench.server.requests).toHaveLength(0);
  });

  it('has its column through the library, too', async () => {
    const bench = await workbench();
    await bench.write('rows.jsonl', rowsWithLateName(120));

    const outcome = await enrich({
      input: bench.path('rows.jsonl'),
      output: bench.path('out.csv'),
      fabric: FABRIC,
      baseUrl: bench.server.url,
      rateLimit: 'none',
      environment: { PROMPTHA_API_KEY: API_KEY },
    }).outcome;

    expect(outcome).toMatchObject({ kind: 'finished', summary: { succeeded: 120 } });
    expect(parseCsv(await bench.read('out.csv'))).toEqual(expected(120, { 120: 'late' }));
  });

  it('is in the row of a dead letter, whose answer gets into its place', async () => {
    let broken = true;
    const bench = await workbench({
      behave: ({ inputs }) => (broken && inputs.id === 120 ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.write('rows.jsonl', rowsWithLateName(120));

    const run = await bench.run(OUT);
    broken = false;
    const retried = await bench.batchai(['retry', 'out.csv']);

    expect([run.code, retried.code]).toEqual([3, 0]);
    expect(parseCsv(await bench.read('out.csv'))).toEqual(expected(120, { 120: 'late' }));
  });
});

describe('a name that rows have which were appended to a JSONL file', () => {
  it.each(['out.csv', 'out.csv.gz'])(
    'gets its column in the %s that is there, with all that was paid for',
    async (output) => {
      const bench = await workbench();
      const args = ['rows.jsonl', '-o', output];
      await bench.write('rows.jsonl', rowsWithLateName(60, { name: 'first' }));
      await bench.run(args);
      await appendFile(bench.path('rows.jsonl'), rowsWithLateName(60, { from: 61 }));

      const resumed = await bench.run([...args, '--resume']);

      expect(resumed.code).toBe(0);
      expect(bench.server.requests).toHaveLength(120);
      const out = await readOutput(bench, output);
      expect(parseCsv(out)).toEqual(expected(120, { 60: 'first', 120: 'late' }));
      await bench.run(['rows.jsonl', '-o', `anew-${output}`]);
      expect(out, 'as if all had been there from the first').toBe(await readOutput(bench, `anew-${output}`));
    },
  );

  it('gets its column after an interruption, and again after the next one', async () => {
    let bad = 50;
    const bench = await workbench({
      behave: ({ inputs }) => (Number(inputs.id) >= bad ? { kind: 'status', status: 401 } : undefined),
    });
    await bench.write('rows.jsonl', rowsWithLateName(60, { name: 'first' }));
    const codes = [(await bench.run([...OUT, '-b', '10', '-c', '1'])).code];
    for (const [from, name] of [
      [61, 'second'],
      [121, 'third'],
    ] as const) {
      bad = from + 30;
      await appendFile(bench.path('rows.jsonl'), rowsWithLateName(60, { from, name }));
      codes.push((await bench.run([...OUT, '-c', '1', '--resume'])).code);
    }
    bad = Number.POSITIVE_INFINITY;
    codes.push((await bench.run([...OUT, '--resume'])).code);

    expect(codes).toEqual([4, 4, 4, 0]);
    expect(parseCsv(await bench.read('out.csv'))).toEqual(
      expected(180, { 60: 'first', 120: 'second', 180: 'third' }),
    );
    expect(bench.server.requests.filter(({ status }) => status === 200)).toHaveLength(180);
  });

  it('is no loss where the run dies between the wider output and its place', async () => {
    const bench = await workbench();
    const folder = bench.path('out.csv.checkpoint');
    await bench.write('rows.jsonl', rowsWithLateName(60, { name: 'first' }));
    await bench.run([...OUT, '-b', '10', '--max-calls', '40']);
    await appendFile(bench.path('rows.jsonl'), rowsWithLateName(60, { from: 61 }));
    await bench.run([...OUT, '-b', '10', '--max-calls', '80', '--resume']);
    // As a crash leaves it: the checkpoint vouches for the wider file, which has not taken its place yet.
    const path = join(folder, 'checkpoint.json');
    const checkpoint = JSON.parse(await readFile(path, 'utf8')) as Checkpoint;
    await bench.write(
      'out.csv.checkpoint/checkpoint.json',
      JSON.stringify({ ...checkpoint, isWidened: true }),
    );
    await rename(join(folder, 'output.partial'), join(folder, 'output.widened'));
    await bench.write('out.csv.checkpoint/output.partial', 'id,text,first,ai_output\n1,t1,,described 1\n');

    const resumed = await bench.run([...OUT, '--max-calls', '1000', '--resume']);

    expect(resumed.code).toBe(0);
    expect(parseCsv(await bench.read('out.csv'))).toEqual(expected(120, { 60: 'first', 120: 'late' }));
    expect(bench.server.requests).toHaveLength(120);
  });
});

describe('a name that comes late on standard input', () => {
  it('goes into a column for all such, and a retry finds its row again', async () => {
    let broken = true;
    const bench = await workbench({
      behave: ({ inputs }) => (broken && inputs.id === 120 ? { kind: 'status', status: 422 } : undefined),
    });
    // Far more than a pipe brings at once.
    const stdin = rowsWithLateName(119).replaceAll('"text":"t', `"fill":"${'x'.repeat(2_000)}","text":"t`);
    const last = { id: 120, text: 't120', later: { deep: [1] }, ai_output: 'old', other_fields: 7 };

    const run = await bench.run(['-', '--format', 'jsonl', '-o', 'out.csv'], {
      stdin: `${stdin}${JSON.stringify(last)}\n`,
    });
    broken = false;
    const retried = await bench.batchai(['retry', 'out.csv']);

    expect([run.code, retried.code]).toEqual([3, 0]);
    expect(run.stderr).toContain('fields that the first rows do not have go to "other_fields", as JSON');
    const rows = parseCsv(await bench.read('out.csv'));
    expect(rows).toHaveLength(120);
    expect(rows[117]).toMatchObject({ id: '118', other_fields: '' });
    expect(JSON.parse(rows[118]?.other_fields ?? '')).toEqual({ late: { deep: [1] } });
    expect(rows[119]).toMatchObject({ text: 't120', fill: '', ai_output: 'described 120' });
    expect(JSON.parse(rows[119]?.other_fields ?? '')).toEqual({
      later: { deep: [1] },
      ai_output: 'old',
      other_fields: 7,
    });
  });

  it('needs no such column in JSONL', async () => {
    const bench = await workbench();

    const { code, stdout } = await bench.run(['-', '--format', 'jsonl', '-o', '-'], {
      stdin: rowsWithLateName(120),
    });

    expect(code).toBe(0);
    expect(parseJsonl(stdout)[119]).toEqual({
      id: 120,
      text: 't120',
      late: { deep: [1] },
      ai_output: 'described 120',
    });
  });
});

async function readOutput(bench: Workbench, name: string): Promise<string> {
  const bytes = await readFile(bench.path(name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}
