import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../src/checkpoint/lock.js';
import { fakeFabricForTest } from '../support/fake-fabric-for-test.js';
import { leaveRun } from '../support/left-run.js';
import { pastedCommand } from '../support/pasted-command.js';
import { runBatchai } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { DRAW_OUT, modelBench } from './model-bench.js';
import { rowsCsv } from './workbench.js';

/** A folder with what a finished run of `out.csv` left, and the program in it. */
async function leftRun(changed: Parameters<typeof leaveRun>[2] = {}) {
  const folder = await temporaryFolder();
  const checkpoint = join(folder, 'out.csv.checkpoint');
  await leaveRun(checkpoint, undefined, changed);
  await writeFile(join(folder, 'out.csv'), 'the output\n');
  return {
    folder,
    checkpoint,
    path: (name: string) => join(folder, name),
    read: (name: string) => readFile(join(folder, name), 'utf8'),
    report: (...args: string[]) => runBatchai(['report', ...args], { cwd: folder }),
  };
}

describe('batchai report', () => {
  it('makes a page beside the output, and says where', async () => {
    const run = await leftRun();

    const result = await run.report('out.csv');

    expect(result).toMatchObject({ code: 0, stdout: '', stderr: 'batchai: report: out.csv.report.html\n' });
    const page = await run.read('out.csv.report.html');
    expect(page).toMatch(/^<!doctype html>/);
    for (const words of [
      'finished with failures',
      '300 calls in 1.0 s',
      'name, text=description',
      'CRC-32 00000000',
      '--max-cost',
      'given, and not kept',
    ])
      expect(page).toContain(words);
    expect(await readdir(run.folder)).toEqual(['out.csv', 'out.csv.checkpoint', 'out.csv.report.html']);
    expect(await readdir(run.checkpoint)).toEqual(['checkpoint.json', 'history.json']);
  });

  it('shows what stands in the answers, and the rows that failed, also of a run that was stopped', async () => {
    const folder = await temporaryFolder();
    const rows = Array.from(
      { length: 30 },
      (_, index) => `${index + 1},${index % 3 === 0 ? 'fine' : 'broken'}`,
    );
    await writeFile(join(folder, 'in.csv'), `id,text\n${rows.join('\n')}\n`);
    const service = await fakeFabricForTest({
      keyColumn: 'id',
      answer: ({ inputs }) => ({ label: inputs.text, size: Number(inputs.id) / 100 }),
      behave: ({ inputs }) => (inputs.id === '7' ? { kind: 'status', status: 422 } : undefined),
    });
    const env = { PROMPTHA_API_KEY: 'test-key', PROMPTHA_BASE_URL: service.url };
    const run = (...args: string[]) =>
      runBatchai(['run', 'in.csv', '--fabric', 'f', '-o', 'out.csv', '--columns', 'label,size', ...args], {
        ...{ cwd: folder, env },
      });
    const report = async () => {
      const { code, stderr } = await runBatchai(['report', 'out.csv'], { cwd: folder });
      expect(code, stderr).toBe(0);
      return readFile(join(folder, 'out.csv.report.html'), 'utf8');
    };

    await run('--rate-limit', 'none', '-b', '5', '--max-calls', '20');
    const stopped = await report();
    const [, hint = ''] = /<p class="next">Go on: <code>(.*)<\/code>/.exec(stopped) ?? [];
    await runBatchai(await pastedCommand(hint), { cwd: folder, env });
    const finished = await report();

    expect(stopped).toMatch(
      /<p class="outcome">\d+ of 30 have a result, \d+ to go, after .*\. It stopped: the budget is used up \(max-calls\)\.</,
    );
    expect(hint).toContain('batchai resume out.csv --max-calls 40  # 20 calls made, about 30 for all');
    expect(finished).toContain(
      '<p class="next">See what to do about failed rows: <code>batchai failures out.csv</code></p>',
    );
    expect(stopped).toMatch(/<h3><bdi>ai_label<\/bdi><\/h3><p class="note">1\d values/);
    expect(finished).toMatch(/<h3><bdi>ai_label<\/bdi><\/h3><p class="note">29 values, 1 empty \(3.33 %\)/);
    expect(finished).toMatch(/<th scope="row"><bdi>broken<\/bdi><\/th><td class="n">20<\/td>/);
    expect(finished).toMatch(
      /<h3><bdi>ai_size<\/bdi><\/h3><p class="note">29 values, .*, half of them up to 0\.16</,
    );
    expect(finished).toMatch(/row 7<\/span> <span class="kind">unprocessable, 422<\/span>/);
    expect(finished).toMatch(/<p class="outcome">29 of 30 rows have an answer, after .* of work; 1 failed\./);
  });

  it('leaves the files beside it as they are, whatever their names', async () => {
    const run = await leftRun();
    await writeFile(run.path('page.html.new'), 'not ours');

    const { code } = await run.report('out.csv', '-o', 'page.html');

    expect(code).toBe(0);
    expect(await run.read('page.html.new')).toBe('not ours');
    expect(await readdir(run.folder)).toEqual([
      'out.csv',
      'out.csv.checkpoint',
      'page.html',
      'page.html.new',
    ]);
  });

  it('makes it again in the place of an older one', async () => {
    const run = await leftRun();
    await run.report('out.csv');
    await leaveRun(run.checkpoint, undefined, { state: 'running' });

    const result = await run.report('out.csv', '--quiet');

    expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(await run.read('out.csv.report.html')).toContain('>stopped</p>');
  });

  it('makes it where -o says, from the checkpoint that --checkpoint names', async () => {
    const run = await leftRun();
    await rm(run.path('out.csv'));

    const result = await run.report('elsewhere.csv', '--checkpoint', 'out.csv.checkpoint', '-o', 'page.html');

    expect(result).toMatchObject({ code: 0, stderr: 'batchai: report: page.html\n' });
    expect(await run.read('page.html')).toContain('elsewhere.csv');
  });

  it('writes it to standard output for -o -', async () => {
    const run = await leftRun();

    const { code, stdout, stderr } = await run.report('out.csv', '-o', '-');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
    expect(await readdir(run.folder)).toEqual(['out.csv', 'out.csv.checkpoint']);
  });

  it('says of a run that is going on that it is', async () => {
    const run = await leftRun({ state: 'running' });
    const lock = await takeLock(run.checkpoint, { pid: process.pid, isRunning: () => true });

    const { stdout } = await run.report('out.csv', '-o', '-').finally(() => lock.release());

    expect(stdout).toContain('>running</p>');
  });

  it.each([
    ['there is none', (path: string) => rm(path)],
    ['it is damaged', (path: string) => writeFile(path, '{"version":1,')],
    ['it is of another version', (path: string) => writeFile(path, '{"version":99}')],
  ])('does without a history where %s', async (_why, change) => {
    const run = await leftRun();
    await change(join(run.checkpoint, 'history.json'));

    const { code, stdout } = await run.report('out.csv', '-o', '-');

    expect(code).toBe(0);
    expect(stdout).toContain('Nothing is known of how this run went over time');
  });

  it('says after a retry what its figures are', async () => {
    const run = await leftRun({ retriedBy: 'a-retry' });

    const { stdout } = await run.report('out.csv', '-o', '-');

    expect(stdout).toContain('Failed rows were run again with batchai retry');
  });
});

it('batchai report names the columns that parts of answers go to, where the answer has none', async () => {
  const bench = await modelBench({ answer: () => ({ title: 'a', tags: ['b'] }) }, DRAW_OUT);
  await bench.write('rows.csv', rowsCsv(2));
  await bench.run(['rows.csv', '-o', 'out.csv', '--no-output-column', '--columns', 'title,tags:words']);

  const { stdout } = await bench.batchai(['report', 'out.csv', '-o', '-']);

  expect(stdout).toContain('<dt>answers go to</dt><dd><bdi>ai_title, words</bdi></dd>');
});

describe('batchai report refuses, in one line and with exit code 2', () => {
  it.each([
    [
      ['other.csv'],
      /^batchai: error: there is no run of other\.csv: other\.csv\.checkpoint\/checkpoint\.json is not there/,
    ],
    [
      ['out.csv', '-o', 'out.csv'],
      /^batchai: error: the report and the output are the same file, out\.csv; choose another name/,
    ],
    [['out.csv', '-o', './x/../out.csv'], /^batchai: error: the report and the output are the same file/],
    [
      ['out.csv', '-o', 'rows.csv'],
      /^batchai: error: rows\.csv exists already and is no report; give -o another name/,
    ],
    [
      ['out.csv', '-o', 'nowhere/page.html'],
      /^batchai: error: nowhere\/page\.html cannot be written: there is no folder nowhere/,
    ],
    [
      ['out.csv', '-o', 'out.csv.checkpoint'],
      /^batchai: error: the report and the checkpoint are the same file, out\.csv\.checkpoint/,
    ],
    [['out.csv', '-o', ''], /^batchai: error: --output: wanted a value, got an empty one/],
  ])('%j', async (args, message) => {
    const run = await leftRun();
    await writeFile(run.path('rows.csv'), 'a,b\n1,2\n');

    const { code, stdout, stderr } = await run.report(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr.replace(/\nSee: .* --help\n$/, '').trimEnd()).not.toContain('\n');
    expect(await run.read('out.csv')).toBe('the output\n');
    expect(await run.read('rows.csv')).toBe('a,b\n1,2\n');
  });

  it('a checkpoint that is damaged', async () => {
    const run = await leftRun();
    await writeFile(join(run.checkpoint, 'checkpoint.json'), '{');

    const { code, stderr } = await run.report('out.csv');

    expect(code).toBe(2);
    expect(stderr).toMatch(/checkpoint\.json is damaged/);
  });
});
