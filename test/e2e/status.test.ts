import { readdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FakeFabricOptions } from '../support/fake-fabric-server.js';
import { runBatchai } from '../support/run-batchai.js';
import { startBatchai } from '../support/start-batchai.js';
import { until } from '../support/until.js';
import { API_KEY, enrichedCsv, rowsCsv, type Workbench, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv', '-b', '5'];

async function benchWithRows(rows: number, service: FakeFabricOptions = {}): Promise<Workbench> {
  const bench = await workbench({ keyColumn: 'id', ...service });
  await bench.write('rows.csv', rowsCsv(rows));
  return bench;
}

function status(bench: Workbench, ...args: string[]) {
  return runBatchai(['status', ...args], { cwd: bench.folder });
}

async function statusJson(bench: Workbench, ...args: string[]) {
  const { stdout } = await status(bench, 'out.csv', '--json', ...args);
  return stdout === '' ? undefined : JSON.parse(stdout);
}

/** A run that goes on for long, of which some rows are committed. */
async function runningRun(service: FakeFabricOptions = {}) {
  const bench = await benchWithRows(2_000, { latencyMs: 20, ...service });
  const run = bench.start([...OUT, '-c', '2']);
  onTestFinished(async () => {
    run.child.kill('SIGKILL');
    await run.finished;
  });
  let json = await statusJson(bench);
  while (!(json?.rows.committed > 0)) {
    // Each look takes as much of the processor as the run has until the next one.
    await sleep(100);
    json = await statusJson(bench);
  }
  return { bench, run, json };
}

/** The names and contents of all files in a folder. */
async function contentsOf(folder: string): Promise<[string, string][]> {
  const names = (await readdir(folder)).sort();
  return Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'latin1')] as const),
  ).then((all) => all.map(([name, text]) => [name, text]));
}

describe('batchai status', () => {
  it('says of a run that goes on who is at it, how far it is and how long it takes', async () => {
    const { bench, run, json } = await runningRun({
      behave: ({ inputs }) => (inputs.id === '00002' ? { kind: 'status', status: 422 } : undefined),
    });

    const { code, stdout, stderr } = await status(bench, 'out.csv');

    expect(json).toMatchObject({
      output: 'out.csv',
      fabric: 'product-description',
      state: 'running',
      process: { pid: run.child.pid, host: hostname(), isAlive: true },
      rows: { total: 2_000, share: json.rows.done / 2_000, done: json.succeeded + json.failed },
      failed: 1,
      failures: { unprocessable: { count: 1, rows: [2] } },
      rowsPerSecond: { overall: expect.any(Number) },
      timeLeftMs: expect.any(Number),
      next: [{ what: 'report', command: 'batchai report out.csv' }],
    });
    expect(json.timeLeftMs).toBeGreaterThan(0);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`  state    running, process ${run.child.pid}\n`);
    expect(stdout).toMatch(
      /rows {5}[\d,]+ of 2,000 have a result, [\d,]+ to go\n +[\d,]+ answered \+ 1 failed\n/,
    );
    expect(stdout).toMatch(/rate {5}[\d,.]+ rows\/s .*overall.* of work, about .* left\n/);
    expect(stdout).toContain('failed   unprocessable: 1 (row 2)\n');
  });

  it('says of a run that was killed so, changes nothing of it, and how to go on, which is true', async () => {
    const { bench, run } = await runningRun();
    run.child.kill('SIGKILL');
    await run.finished;
    const before = await contentsOf(bench.path('out.csv.checkpoint'));

    const json = await statusJson(bench);
    const { code, stdout } = await status(bench, 'out.csv');

    expect(await contentsOf(bench.path('out.csv.checkpoint'))).toEqual(before);
    expect(json).toMatchObject({
      state: 'killed',
      process: { pid: run.child.pid, isAlive: false },
      timeLeftMs: null,
    });
    const answered = bench.server.requests.filter(
      ({ idempotencyKey }) => idempotencyKey !== undefined,
    ).length;
    expect(json.rows.done).toBeLessThanOrEqual(answered);
    expect(json.rows.done).toBeGreaterThanOrEqual(answered - 2);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `killed: process ${run.child.pid} died without releasing the lock; it can be resumed`,
    );
    const [resume] = json.next;
    expect(stdout).toContain(`go on    ${resume.command}\n`);
    expect(resume.command).toBe('batchai resume out.csv');
    const resumed = await runBatchai(resume.command.split(' ').slice(1), {
      cwd: bench.folder,
      env: { PROMPTHA_API_KEY: API_KEY },
    });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(2_000));
  });

  it('says of a run that was stopped that it can be resumed', async () => {
    const { bench, run } = await runningRun();
    run.child.kill('SIGINT');
    await run.finished;

    const json = await statusJson(bench);
    const { stdout } = await status(bench, 'out.csv');

    expect(json).toMatchObject({
      state: 'stopped',
      process: null,
      next: [{ what: 'resume' }, { what: 'report' }],
    });
    expect(stdout).toContain('  state    stopped: interrupted by SIGINT; it can be resumed\n');
  });

  it('says of a run that is over how failed rows may be mended', async () => {
    const bench = await benchWithRows(20, {
      behave: ({ inputs }) => (Number(inputs.id) > 17 ? { kind: 'status', status: 422 } : undefined),
    });
    await bench.run(OUT);

    const json = await statusJson(bench);
    const { code, stdout } = await status(bench, 'out.csv');

    expect(json).toMatchObject({
      state: 'finished with failures',
      rows: { committed: 20, total: 20, share: 1 },
      succeeded: 17,
      failures: { unprocessable: { count: 3, rows: [18, 19, 20] } },
      next: [{ what: 'failures', command: 'batchai failures out.csv' }, { what: 'report' }],
    });
    expect(code).toBe(0);
    expect(stdout).toContain('  mend     batchai failures out.csv\n');
  });

  it('without an output lists the runs of the folder, the newest first, also what cannot be read', async () => {
    const bench = await benchWithRows(3);
    await bench.run(['rows.csv', '-o', 'first.csv']);
    await bench.run(['rows.csv', '-o', 'second.csv']);
    await bench.run(['rows.csv', '-o', 'third.csv']);
    await writeFile(bench.path('first.csv.checkpoint/checkpoint.json'), '{"torn');

    const { code, stdout } = await status(bench);
    const json = await status(bench, '--json');

    expect(code).toBe(0);
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^output +state +rows +failed +saved$/);
    expect(lines[0]).toMatch(/^third\.csv +finished +3\/3 +0 +.* ago$/);
    expect(lines[1]).toMatch(/^second\.csv +finished +3\/3 +0 +.* ago$/);
    expect(lines.slice(2)).toEqual(['first.csv   unreadable']);
    expect(JSON.parse(json.stdout).runs).toMatchObject([
      { output: 'third.csv', state: 'finished' },
      { output: 'second.csv' },
      { output: 'first.csv', problem: expect.stringContaining('is damaged') },
    ]);
  });

  it('finds nothing in a folder without runs', async () => {
    const bench = await benchWithRows(1);

    expect(await status(bench)).toMatchObject({ code: 0, stdout: 'no run in this folder\n', stderr: '' });
    expect((await status(bench, '--json')).stdout).toBe('{"runs":[]}\n');
  });

  it('names the outputs beside that have a run, where the one that was named has none', async () => {
    const bench = await benchWithRows(1);
    await bench.run(OUT);

    const one = await status(bench, 'rows.csv');
    for (const name of ['early.csv', 'late.csv']) await bench.run(['rows.csv', '-o', name]);
    const some = await status(bench, 'rows.csv');
    const near = await status(bench, 'eraly.csv');

    expect([one.code, some.code, near.code]).toEqual([2, 2, 2]);
    expect(one.stderr).toContain(' is not there (did you mean out.csv?; see --checkpoint)');
    expect(some.stderr).toContain('(there are runs of early.csv, late.csv, out.csv; see --checkpoint)');
    expect(near.stderr).toContain('(did you mean early.csv?; see --checkpoint)');
  });

  it.each([
    ['none', undefined, 'there is no run of out.csv: '],
    ['a torn one', '{"version":1,', 'is damaged'],
    ['one without what matters', '{"version":1}', 'is damaged'],
    ['one of another version', '{"version":99}', 'was written by another version of batchai'],
  ])('refuses a checkpoint in one line: %s', async (_what, content, message) => {
    const bench = await benchWithRows(1);
    await bench.run(OUT);
    const path = bench.path('out.csv.checkpoint/checkpoint.json');
    if (content !== undefined) await writeFile(path, content);

    const { code, stdout, stderr } = await status(
      bench,
      ...(content === undefined ? ['out.csv', '--checkpoint', 'nowhere'] : ['out.csv']),
    );

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).toContain(message);
  });
});

describe('batchai status --watch', () => {
  it('gives a line of JSON a second, until the run ends', async () => {
    const bench = await benchWithRows(150, { latencyMs: 50 });
    const run = bench.start([...OUT, '-c', '2']);
    await until(async () => (await statusJson(bench)) !== undefined);

    const { code, stdout } = await status(bench, 'out.csv', '--watch', '--json');
    await run.finished;

    expect(code).toBe(0);
    const states = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).state);
    expect(states.length).toBeGreaterThan(1);
    expect(new Set(states.slice(0, -1))).toEqual(new Set(['running']));
    expect(states.at(-1)).toBe('finished');
  });

  it('gives plain lines where there is no terminal, and ends well on Ctrl-C', async () => {
    const { bench } = await runningRun();
    const watch = startBatchai(['status', 'out.csv', '--watch'], { cwd: bench.folder });
    let said = '';
    watch.child.stdout?.on('data', (text) => {
      said += text;
    });
    await until(() => said !== '');

    watch.child.kill('SIGINT');
    const { code, stdout } = await watch.finished;

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^out\.csv: running, [\d,]+ of 2,000 have a result, [\d,]+ to go \(\d+ %\), .*\/s, .* left, saved .* ago\n$/,
    );
  });

  it('shows a run that is over once', async () => {
    const bench = await benchWithRows(3);
    await bench.run(OUT);

    const watched = await status(bench, 'out.csv', '--watch');

    expect(watched.code).toBe(0);
    expect(watched.stdout).toMatch(/^out\.csv\n.*state {4}finished\n/s);
  });
});
