import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import type { Behaviour, RecordedRequest } from '../support/fake-fabric-server.js';
import { runBatchai } from '../support/run-batchai.js';
import { startBatchai } from '../support/start-batchai.js';
import {
  API_KEY,
  enrichedCsv,
  idOf,
  parseCsv,
  parseJsonl,
  rowsCsv,
  type Workbench,
  workbench,
} from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];
const REFUSED: Behaviour = { kind: 'status', status: 422, body: { message: 'no such thing' } };
const TOO_LARGE: Behaviour = { kind: 'status', status: 413, body: { message: 'too long' } };

/** A service that refuses some rows until it is mended. */
async function brokenBench(refuses: (n: number) => Behaviour | undefined, latencyMs = 0) {
  const state = { mended: false };
  const bench = await workbench({
    keyColumn: 'id',
    latencyMs,
    behave: ({ inputs }: RecordedRequest) => (state.mended ? undefined : refuses(Number(inputs.id))),
  });
  return { bench, state };
}

function retry(bench: Workbench, args: readonly string[] = []) {
  const env = { PROMPTHA_API_KEY: API_KEY };
  return runBatchai(['retry', 'out.csv', ...args], { cwd: bench.folder, env });
}

describe('batchai retry', () => {
  it('runs only the failed rows again, with the settings of the run, and puts the answers into their places', async () => {
    const { bench, state } = await brokenBench((n) => (n % 7 === 3 ? REFUSED : undefined));
    await bench.write('rows.csv', rowsCsv(60));
    const run = await bench.run([...OUT, '--inputs', 'id,title=name']);
    const calls = bench.server.requests.length;

    state.mended = true;
    const retried = await retry(bench, ['--json']);

    expect([run.code, retried.code]).toEqual([3, 0]);
    const again = bench.server.requests.slice(calls);
    expect(again.map(({ inputs }) => inputs.id).sort()).toEqual(
      [3, 10, 17, 24, 31, 38, 45, 52, 59].map(idOf),
    );
    expect(again.map(({ inputs }) => Object.keys(inputs))).toContainEqual(['id', 'title']);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(60));
    expect(await bench.list()).toEqual([
      'out.csv',
      'out.csv.checkpoint',
      'out.csv.checkpoint/checkpoint.json',
      'out.csv.checkpoint/history.json',
      'rows.csv',
    ]);
    expect(JSON.parse(retried.stdout)).toMatchObject({
      total: 9,
      succeeded: 9,
      failed: 0,
      deadLetters: null,
    });
  });

  it('retries only the kinds it is told, and leaves the letters that failed again', async () => {
    const { bench, state } = await brokenBench((n) =>
      n === 4 || n === 9 ? REFUSED : n === 6 ? TOO_LARGE : undefined,
    );
    await bench.write('rows.csv', rowsCsv(12));
    await bench.run(OUT);

    const failedAgain = await retry(bench, ['--kind', 'unprocessable']);
    const after = parseJsonl(await bench.read('out.csv.dead-letters.jsonl')).map(({ row }) => row);
    state.mended = true;
    const onlyLarge = await retry(bench, ['--kind', 'too-large']);

    expect([failedAgain.code, onlyLarge.code]).toEqual([3, 3]);
    expect(after).toEqual([4, 6, 9]);
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl')).map(({ row }) => row)).toEqual([4, 9]);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(12, { fails: (n) => n === 4 || n === 9 }));
  });

  it('counts past rows that could not be read, which have no place in the output', async () => {
    const { bench, state } = await brokenBench((n) => (n === 130 ? REFUSED : undefined));
    const lines = rowsCsv(140).split('\n');
    lines.splice(120, 0, 'a,row,with,too,many,fields');
    await bench.write('rows.csv', lines.join('\n'));
    const run = await bench.run([...OUT, '--bad-rows', 'dead-letter']);

    state.mended = true;
    const retried = await retry(bench);

    expect([run.code, retried.code]).toEqual([3, 3]);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(140));
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl'))).toMatchObject([
      { error: { kind: 'unreadable' } },
    ]);
  });

  it.each(['out.csv', 'out.jsonl'])(
    'copies the rows between failed ones that are far apart as they stand there (%s)',
    async (output) => {
      const failed = [3, 2_600, 2_602, 5_990];
      const { bench, state } = await brokenBench((n) => (failed.includes(n) ? REFUSED : undefined));
      await bench.write('rows.csv', rowsCsv(6_000));
      const args = [
        'rows.csv',
        '--where',
        'id < 5 or id > 2595 and id < 2605 or id > 5985',
        '--batch-size',
        '500',
      ];
      const run = await bench.run([...args, '-o', output]);

      state.mended = true;
      const retried = await bench.batchai(['retry', output]);
      const whole = await bench.run([...args, '-o', `whole-${output}`]);

      expect([run.code, retried.code, whole.code], retried.stderr).toEqual([3, 0, 0]);
      expect(await bench.read(output)).toBe(await bench.read(`whole-${output}`));
    },
  );

  it('keeps its work when it is killed, and makes the same file as one that was not', async () => {
    const { bench, state } = await brokenBench((n) => (n % 2 === 0 ? REFUSED : undefined), 15);
    await bench.write('rows.csv', rowsCsv(200));
    await bench.run([...OUT, '-c', '50']);
    const calls = bench.server.requests.length;
    state.mended = true;

    const env = { PROMPTHA_API_KEY: API_KEY };
    let kills = 0;
    for (; kills < 3; kills++) {
      const answered = bench.server.requests.length + 20;
      const killed = startBatchai(['retry', 'out.csv', '-c', '5'], { cwd: bench.folder, env });
      while (bench.server.requests.length < answered) await new Promise((resolve) => setTimeout(resolve, 2));
      killed.child.kill('SIGKILL');
      await killed.finished;
    }
    const retried = await retry(bench, ['--json']);

    expect(retried.code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(200));
    expect(bench.server.requests.length - calls).toBeLessThanOrEqual(100 + kills * 5);
    expect(JSON.parse(retried.stdout)).toMatchObject({ total: 100, resumed: true });
  });

  it('names the rows of the run where it stops, not those of its letters', async () => {
    const { bench } = await brokenBench((n) => (n >= 30 ? REFUSED : undefined));
    await bench.write('rows.csv', rowsCsv(36));
    await bench.run(OUT);

    const stopped = await retry(bench, ['--max-errors', '2', '-c', '1', '--json']);

    expect(stopped.code).toBe(4);
    expect(JSON.parse(stopped.stdout).failures.unprocessable.rows.slice(0, 3)).toEqual([30, 31, 32]);
  });

  it('refuses an output that was changed, calling nothing', async () => {
    const { bench } = await brokenBench((n) => (n === 5 ? REFUSED : undefined));
    await bench.write('rows.csv', rowsCsv(8));
    await bench.run(OUT);
    const calls = bench.server.requests.length;
    await writeFile(
      bench.path('out.csv'),
      (await readFile(bench.path('out.csv'), 'utf8')).split('\n').slice(1).join('\n'),
    );

    const retried = await retry(bench);

    expect(retried.code).toBe(2);
    expect(retried.stderr).toContain('out.csv was changed since the run');
    expect(bench.server.requests).toHaveLength(calls);
  });

  it('says so where there is nothing to retry, or no run', async () => {
    const { bench } = await brokenBench(() => undefined);
    await bench.write('rows.csv', rowsCsv(5));
    const noRun = await retry(bench);
    await bench.run(OUT);
    const nothing = await retry(bench);

    expect([noRun.code, nothing.code]).toEqual([2, 0]);
    expect(noRun.stderr).toContain('there is no run of out.csv');
    expect(nothing.stderr).toContain('nothing to retry');
  });

  it('goes well with a finished run whose input grows afterwards', async () => {
    const { bench, state } = await brokenBench((n) => (n === 2 || n === 22 ? REFUSED : undefined));
    await bench.write('rows.csv', rowsCsv(10));
    await bench.run(OUT);
    state.mended = true;
    await retry(bench);
    state.mended = false;
    await bench.write('rows.csv', rowsCsv(30));

    const grown = await bench.run([...OUT, '--resume', '--json']);

    expect(grown.code).toBe(3);
    expect(JSON.parse(grown.stdout)).toMatchObject({ total: 30, succeeded: 29, failed: 1 });
    expect(parseCsv(await bench.read('out.csv')).map(({ ai_output }) => ai_output === '')).toEqual(
      Array.from({ length: 30 }, (_, index) => index === 21),
    );
  });

  it.each([
    ['out.jsonl', 'jsonl'],
    ['out.csv.gz', 'csv.gz'],
    ['out.tsv', 'tsv'],
  ])('puts answers into %s too', async (output) => {
    const { bench, state } = await brokenBench((n) => (n === 2 ? REFUSED : undefined));
    await bench.write('rows.csv', rowsCsv(4));
    const whole = await workbench({ keyColumn: 'id' });
    await whole.write('rows.csv', rowsCsv(4));
    await whole.run(['rows.csv', '-o', output]);
    await bench.run(['rows.csv', '-o', output]);

    state.mended = true;
    const env = { PROMPTHA_API_KEY: API_KEY };
    const retried = await runBatchai(['retry', output], { cwd: bench.folder, env });

    expect(retried.code).toBe(0);
    expect(await readOutput(bench, output)).toBe(await readOutput(whole, output));
  });
});

it('a retry says once that characters of answers were replaced, with the number of the first such row', async () => {
  let answer: Behaviour = REFUSED;
  const bench = await workbench({
    keyColumn: 'id',
    behave: ({ inputs }) => (inputs.id === idOf(1) ? undefined : answer),
  });
  await bench.write('rows.csv', rowsCsv(3));
  await bench.run(OUT);

  answer = { kind: 'bytes', bytes: Buffer.from('{"output":"a\\u0000b"}') };
  const retried = await retry(bench);

  expect(retried.code).toBe(0);
  expect(retried.stderr.match(/row 2 has half of a character.*U\+FFFD/g)).toHaveLength(1);
  expect(await bench.read('out.csv')).toContain(',a\ufffdb\n');
});

async function readOutput(bench: Workbench, name: string): Promise<string> {
  const { gunzipSync } = await import('node:zlib');
  const bytes = await readFile(bench.path(name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}
