import { appendFile, readFile, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Behaviour } from '../support/fake-fabric-server.js';
import { until } from '../support/until.js';
import { enrichedCsv, idOf, parseJsonl, rowsCsv, type Workbench, workbench } from './workbench.js';

const OUT = ['rows.csv', '-o', 'out.csv'];

describe('an interrupted run', () => {
  it.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('lets calls in the air land on %s, and goes on without repeating one', async (signal, code) => {
    let letLand = () => {};
    const stopping = new Promise<void>((resolve) => {
      letLand = resolve;
    });
    const bench = await workbench({
      keyColumn: 'id',
      heldBack: ({ inputs }) => (Number(inputs.id) > 6 ? stopping : undefined),
    });
    await bench.write('rows.csv', rowsCsv(30));

    const batchai = bench.start([...OUT, '-c', '6']);
    await until(() => bench.server.requests.length === 12 && bench.server.inFlight === 6);
    batchai.child.kill(signal);
    await batchai.stderrIncludes('stopping');
    letLand();
    const stopped = await batchai.finished;
    const landed = bench.server.requests.length;
    const list = await bench.list();
    const resumed = await bench.run([...OUT, '--resume', '--json']);

    expect(stopped).toMatchObject({ code, stdout: '' });
    expect(stopped.stderr).toMatch(/go on: batchai resume out\.csv$/m);
    expect(stopped.stderr).toContain('so far: 12 of 30 have a result, 18 to go: 12 answered + 0 failed');
    expect([landed, bench.server.inFlight]).toEqual([12, 0]);
    expect(list).not.toContain('out.csv');
    expect(list).not.toContain('out.csv.checkpoint/lock');
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ total: 30, succeeded: 30, calls: 30, resumed: true });
    expect(bench.server.requests).toHaveLength(30);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(30));
  });

  it('gives up a call that hangs, after a moment, and makes it again with the same Idempotency-Key', async () => {
    let hangs = true;
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) => (hangs && inputs.id === idOf(5) ? { kind: 'hang' } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(20));

    const batchai = bench.startHere(OUT, { timings: { graceMs: 200 } });
    await until(() => bench.server.requests.length === 20 && bench.server.inFlight === 1);
    batchai.signal('SIGTERM');
    const stopped = await batchai.finished;
    hangs = false;
    const resumed = await bench.run([...OUT, '--resume', '--json']);

    expect(stopped.code).toBe(143);
    expect(resumed.code).toBe(0);
    expect(bench.server.requests).toHaveLength(21);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ total: 20, calls: 21 });
    const keys = bench.server.requests
      .filter(({ inputs }) => inputs.id === idOf(5))
      .map((r) => r.idempotencyKey);
    expect(new Set(keys).size).toBe(1);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(20));
  });

  it('leaves at once on a second signal, and still goes on later', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }, nth) => (nth === 1 && inputs.id === idOf(9) ? { kind: 'hang' } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(20));

    const batchai = bench.start(OUT);
    await until(() => bench.server.requests.length === 20 && bench.server.inFlight === 1);
    batchai.child.kill('SIGINT');
    await batchai.stderrIncludes('stopping');
    batchai.child.kill('SIGINT');
    const stopped = await batchai.finished;
    const resumed = await bench.run([...OUT, '--resume']);

    expect(stopped.code).toBe(130);
    // The call that hangs would have had ten seconds, and then the run a word on how to go on.
    expect(stopped.stderr).not.toContain('go on: ');
    expect(resumed.code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(20));
    expect(bench.server.requests).toHaveLength(21);
  });

  it('does not wait for rows that are only waiting for their next attempt', async () => {
    const bench = await workbench({
      behave: () => ({ kind: 'status', status: 429, headers: { 'retry-after': '600' } }),
    });
    await bench.write('rows.csv', rowsCsv(20));

    // The next attempt, and the end of the grace, are later than this test may take.
    const batchai = bench.startHere(OUT, { timings: { graceMs: 600_000 } });
    await until(() => bench.server.requests.length > 0 && bench.server.inFlight === 0);
    await delay(100);
    batchai.signal('SIGINT');
    const stopped = await batchai.finished;

    expect(stopped.code).toBe(130);
    expect(await bench.list()).not.toContain('out.csv.dead-letters.jsonl');
  });

  it('ends at once from a standard input that is still open', async () => {
    const bench = await workbench();
    const batchai = bench.start(['-', '--format', 'csv', '-o', 'out.csv']);
    batchai.child.kill('SIGINT');

    const { code, signal } = await batchai.finished;

    expect(code ?? signal).not.toBe(0);
  });

  it('is refused without --resume or --overwrite', async () => {
    const bench = await interrupted();
    const calls = bench.server.requests.length;

    const refused = await bench.run(OUT);

    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(
      /^batchai: error: out\.csv has an unfinished run .*batchai resume out\.csv.*--overwrite[^\n]*\n$/,
    );
    expect(bench.server.requests).toHaveLength(calls);
  });

  it('starts over with --overwrite', async () => {
    const bench = await interrupted();

    const { code } = await bench.run([...OUT, '--overwrite', '--json']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(40));
  });

  it('goes on where the file was only touched', async () => {
    const bench = await interrupted();
    await utimes(bench.path('rows.csv'), new Date(), new Date());

    const { code } = await bench.run([...OUT, '--resume']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(40));
    expect(bench.server.requests).toHaveLength(40);
  });

  it('goes on with other limits than before', async () => {
    const bench = await interrupted();

    const { code } = await bench.run([
      ...OUT,
      '--resume',
      '-c',
      '3',
      '-b',
      '7',
      '--attempts',
      '1',
      '-r',
      '1000/s',
    ]);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(40));
    expect(bench.server.requests).toHaveLength(40);
  });

  it('keeps the columns of a CSV made of JSONL', async () => {
    let bad = true;
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) => (bad && Number(inputs.id) >= 150 ? { kind: 'status', status: 401 } : undefined),
    });
    const lines = Array.from({ length: 200 }, (_, index) => `{"id":${index + 1},"text":"t${index}"}`);
    await bench.write('rows.jsonl', `${lines.join('\n')}\n`);

    const stopped = await bench.run(['rows.jsonl', '-o', 'out.csv']);
    bad = false;
    const resumed = await bench.run(['rows.jsonl', '-o', 'out.csv', '--resume']);

    expect([stopped.code, resumed.code]).toEqual([4, 0]);
    const expected = lines.map((_, index) => `${index + 1},t${index},described ${index + 1}`);
    expect(await bench.read('out.csv')).toBe(`id,text,ai_output\n${expected.join('\n')}\n`);
    expect(bench.server.requests.filter(({ status }) => status === 200)).toHaveLength(200);
  });

  it('goes on in the middle of a compressed output', async () => {
    let bad = true;
    const bench = await workbench({
      behave: ({ inputs }) => (bad && Number(inputs.id) >= 250 ? { kind: 'status', status: 401 } : undefined),
    });
    await bench.write('rows.csv.gz', gzipSync(rowsCsv(400)));

    const stopped = await bench.run(['rows.csv.gz', '-o', 'out.csv.gz']);
    bad = false;
    const resumed = await bench.run(['rows.csv.gz', '-o', 'out.csv.gz', '--resume']);

    expect([stopped.code, resumed.code]).toEqual([4, 0]);
    const { gunzipSync } = await import('node:zlib');
    expect(gunzipSync(await readFile(bench.path('out.csv.gz'))).toString()).toBe(enrichedCsv(400));
  });
});

describe('--resume of what is another run', () => {
  it.each<[string, string[], RegExp, ((bench: Workbench) => Promise<void>)?]>([
    [
      'the finished part of the input changed',
      [],
      /rows\.csv changed in the part that is done/,
      async (bench) => bench.write('rows.csv', (await bench.read('rows.csv')).replace('Item 2', 'Item Z')),
    ],
    [
      'the input was cut short',
      [],
      /rows\.csv changed in the part that is done/,
      async (bench) => bench.write('rows.csv', rowsCsv(3)),
    ],
    [
      'a column was added',
      [],
      /the input's columns changed/,
      async (bench) =>
        bench.write('rows.csv', (await bench.read('rows.csv')).replaceAll(/$/gm, ',more').slice(0, -5)),
    ],
    [
      'the fabric changed',
      ['--fabric', 'another'],
      /the fabric changed \(was "product-description", is "another"\)/,
    ],
    ['the inputs changed', ['--inputs', 'id,name'], /--inputs changed/],
    ['the output column changed', ['--output-column', 'text'], /--output-column changed/],
    ['the format of the output changed', ['--output-format', 'jsonl'], /the output's format changed/],
  ])('is refused where %s', async (_what, args, says, arrange) => {
    const bench = await interrupted();
    await arrange?.(bench);
    const before = await states(bench);
    const calls = bench.server.requests.length;

    const result = await bench.run([...OUT, '--resume', ...args]);

    expect(result.stderr).toMatch(says);
    expect(result.stderr).toMatch(/^[^\n]+\n(See: batchai [a-z ]+ --help\n)?$/);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(bench.server.requests).toHaveLength(calls);
    expect(await states(bench)).toEqual(before);
  });
});

describe('a finished run', () => {
  it('with --resume ends at once with 0, and calls nothing', async () => {
    const bench = await finished();
    const before = await states(bench);

    const result = await bench.run([...OUT, '--resume', '--json']);

    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ total: 10, succeeded: 10, calls: 10 });
    expect(bench.server.requests).toHaveLength(10);
    expect(await states(bench)).toEqual(before);
  });

  it('does the new rows of an input that grew, those alone', async () => {
    const bench = await finished();
    await appendFile(bench.path('rows.csv'), rowsCsv(5, { from: 11 }));

    const grown = await bench.run([...OUT, '--resume', '--json']);

    expect(grown.code).toBe(0);
    expect(JSON.parse(grown.stdout)).toMatchObject({ total: 15, calls: 15, resumed: true });
    expect(await bench.read('out.csv')).toBe(enrichedCsv(15));
    expect(bench.server.requests).toHaveLength(15);
  });

  it('does the new rows night after night', async () => {
    const failing: Behaviour = { kind: 'status', status: 422 };
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) => (Number(inputs.id) % 4 === 0 ? failing : undefined),
    });
    await bench.write('rows.csv', rowsCsv(10));
    const codes = [(await bench.run(OUT)).code];

    for (const from of [11, 21, 31]) {
      await appendFile(bench.path('rows.csv'), rowsCsv(10, { from }));
      codes.push((await bench.run([...OUT, '--resume'])).code);
    }

    expect(codes).toEqual([3, 3, 3, 3]);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(40, { fails: (n) => n % 4 === 0 }));
    expect(parseJsonl(await bench.read('out.csv.dead-letters.jsonl')).map(({ row }) => row)).toEqual([
      4, 8, 12, 16, 20, 24, 28, 32, 36, 40,
    ]);
    expect(bench.server.requests).toHaveLength(40);
  });

  it('keeps its output in sight while new rows are done, and when that is interrupted', async () => {
    const bench = await finished({ latencyMs: 100 });
    await appendFile(bench.path('rows.csv'), rowsCsv(30, { from: 11 }));

    const batchai = bench.start([...OUT, '--resume', '-c', '2']);
    await until(() => bench.server.requests.length >= 14);
    const during = await bench.read('out.csv');
    batchai.child.kill('SIGKILL');
    await batchai.finished;
    const resumed = await bench.run([...OUT, '--resume']);

    expect(during).toBe(enrichedCsv(10));
    expect(resumed.code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(40));
  });

  it('is refused where the input changed', async () => {
    const bench = await finished();
    await bench.write('rows.csv', rowsCsv(10).replace('Item 9', 'Item X'));

    const result = await bench.run([...OUT, '--resume']);

    expect(result).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('changed in the part that is done'),
    });
    expect(bench.server.requests).toHaveLength(10);
  });

  it('is refused where its last line was written on', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', 'id,name\n1,a\n2,b');
    await bench.run(OUT);
    await appendFile(bench.path('rows.csv'), 'and more\n3,c\n');

    const result = await bench.run([...OUT, '--resume']);

    expect(result.code).toBe(2);
    expect(bench.server.requests).toHaveLength(2);
  });

  it('is refused where its output is gone', async () => {
    const bench = await finished();
    await rm(bench.path('out.csv'));

    const result = await bench.run([...OUT, '--resume']);

    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('--overwrite') });
    expect(bench.server.requests).toHaveLength(10);
  });

  it('starts where there is no run yet', async () => {
    const bench = await workbench();
    await bench.write('rows.csv', rowsCsv(10));

    const { code } = await bench.run([...OUT, '--resume']);

    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(10));
  });
});

describe('the lock', () => {
  it('keeps a second process from the same run, and goes with a process that was killed', async () => {
    const bench = await workbench({ behave: () => ({ kind: 'hang' }) });
    await bench.write('rows.csv', rowsCsv(20));
    const holder = bench.start([...OUT, '-c', '2']);
    await until(() => bench.server.requests.length === 2);
    const before = await bench.list();

    const others = [
      await bench.run([...OUT, '--resume']),
      await bench.run(OUT),
      await bench.run([...OUT, '--overwrite']),
    ];
    const after = await bench.list();
    const calls = bench.server.requests.length;
    holder.child.kill('SIGKILL');
    await holder.finished;
    const next = bench.start([...OUT, '--resume', '-c', '2']);
    await until(() => bench.server.requests.length === calls + 2);
    next.child.kill('SIGKILL');
    await next.finished;

    expect(others.map(({ code }) => code)).toEqual([5, 5, 5]);
    for (const { stderr, stdout } of others) {
      expect(stderr).toMatch(
        new RegExp(
          `^batchai: error: another process is running this run: number ${holder.child.pid} [^\n]+\n$`,
        ),
      );
      expect(stdout).toBe('');
    }
    expect(calls).toBe(2);
    expect(after).toEqual(before);
  });

  it('leaves no try at it behind, also not that of a process killed while it took it', async () => {
    const bench = await interrupted();
    await bench.write('out.csv.checkpoint/lock.99999999', '{"pid":99999999,"host":"here"}');

    const { code } = await bench.run([...OUT, '--resume']);

    expect(code).toBe(0);
    expect((await bench.list()).filter((name) => name.includes('lock'))).toEqual([]);
  });

  it('lets exactly one of several through that start together', async () => {
    const bench = await workbench({ keyColumn: 'id', latencyMs: 30 });
    await bench.write('rows.csv', rowsCsv(60));

    const results = await Promise.all([1, 2, 3, 4].map(() => bench.run([...OUT, '--resume', '-c', '5'])));

    const codes = results.map(({ code }) => code).sort();
    // One that comes when the first is done finds a finished run.
    expect(codes.filter((code) => code !== 0 && code !== 5)).toEqual([]);
    expect(codes).toContain(0);
    expect(bench.server.requests).toHaveLength(60);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(60));
  });
});

async function interrupted(): Promise<Workbench> {
  const bench = await workbench({ keyColumn: 'id', latencyMs: 30 });
  await bench.write('rows.csv', rowsCsv(40));
  const batchai = bench.startHere([...OUT, '-c', '4', '-b', '5']);
  await until(() => bench.server.requests.length >= 16);
  batchai.signal('SIGTERM');
  expect((await batchai.finished).code).toBe(143);
  return bench;
}

async function finished(service: { latencyMs?: number } = {}): Promise<Workbench> {
  const bench = await workbench({ keyColumn: 'id', ...service });
  await bench.write('rows.csv', rowsCsv(10));
  expect((await bench.run(OUT)).code).toBe(0);
  return bench;
}

/** The files of the folder with their content. */
async function states(bench: Workbench): Promise<Record<string, string>> {
  const names = await bench.list();
  const files = await Promise.all(
    names.map(async (name) =>
      (await stat(bench.path(name))).isFile() ? [[name, await bench.read(name)]] : [],
    ),
  );
  return Object.fromEntries(files.flat());
}
