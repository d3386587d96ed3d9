import { describe, expect, it } from 'vitest';
import { parseCsv, rowsCsv, type Workbench, workbench } from './workbench.js';

const ROWS = 200;

async function reviews(): Promise<Workbench> {
  const bench = await workbench();
  await bench.write('rows.csv', rowsCsv(ROWS));
  return bench;
}

function answered(text: string): number[] {
  return parseCsv(text).flatMap(({ ai_output }, index) => (ai_output === '' ? [] : [index + 1]));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

describe('--where', () => {
  it('calls the rows for which it holds, and leaves the others in their places', async () => {
    const bench = await reviews();

    const { code, stdout, stderr } = await bench.run([
      ...['rows.csv', '-o', 'out.csv', '--where', 'id <= 20 or id > 190', '--json'],
    ]);

    expect(code, stderr).toBe(0);
    expect(answered(await bench.read('out.csv'))).toEqual([...range(1, 20), ...range(191, 200)]);
    expect(bench.server.requests).toHaveLength(30);
    const summary = JSON.parse(stdout);
    expect([summary.total, summary.leftOut, summary.calls]).toEqual([200, 170, 30]);
    expect(stderr).toContain('calls       only where id <= 20 or id > 190; the others keep their places');
    expect(stderr).toContain('200 rows = 30 answered + 0 failed + 170 left out');
  });

  it('goes on with the same choice alone', async () => {
    const bench = await reviews();
    const where = (text: string) => ['rows.csv', '-o', 'out.csv', '--where', text];
    const stopped = await bench.run([...where('id > 100'), '--max-calls', '10']);
    expect(stopped.code).toBe(4);

    const other = await bench.run([...where('id > 150'), '--resume']);
    const same = await bench.run([...where('id > 100'), '--resume', '--max-calls', 'none']);

    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('--where and --sample-rows choose'),
    ]);
    expect(same.code, same.stderr).toBe(0);
    expect(answered(await bench.read('out.csv'))).toEqual(range(101, 200));
    expect(bench.server.requests).toHaveLength(100);
  });

  it('counts for an estimate too', async () => {
    const bench = await reviews();

    const { stdout } = await bench.batchai([
      ...['estimate', 'rows.csv', '--fabric', 'local:keywords', '--where', 'id > 150'],
    ]);

    expect(stdout).toMatch(/rows +200; 150 not chosen, without a call\n/);
    expect(stdout).toMatch(/questions +50 different/);
  });

  it.each([
    ['ids > 3', '--where: rows.csv has no column "ids", perhaps "id"'],
    ['ids > 3 or x', '--where: rows.csv has no columns "ids" (perhaps "id"), "x"'],
    ['id = 3', 'got "id = 3": "= 3" cannot be read (equal is ==)'],
  ])('refuses %j', async (where, message) => {
    const bench = await reviews();

    const { code, stderr } = await bench.run(['rows.csv', '-o', 'out.csv', '--where', where]);

    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(bench.server.requests).toEqual([]);
  });
});

describe('--sample-rows', () => {
  it('draws as many rows as wanted, the same each time, others by another seed', async () => {
    const bench = await reviews();
    const draw = async (output: string, more: readonly string[]) => {
      const { code, stderr } = await bench.run(['rows.csv', '-o', output, '--sample-rows', '25', ...more]);
      expect(code, stderr).toBe(0);
      return answered(await bench.read(output));
    };

    const first = await draw('one.csv', []);
    const again = await draw('two.csv', []);
    const other = await draw('three.csv', ['--seed', '2']);
    const within = await draw('four.csv', ['--where', 'id > 100']);

    expect(first).toHaveLength(25);
    expect(again).toEqual(first);
    expect(other).toHaveLength(25);
    expect(other).not.toEqual(first);
    expect(within).toHaveLength(25);
    expect(Math.min(...within)).toBeGreaterThan(100);
    // Spread over the file: a half of it without a row is one draw in 2^25.
    expect(first.some((row) => row <= 100) && first.some((row) => row > 100)).toBe(true);
  });

  it('keeps the sample of a file that grows', async () => {
    const bench = await reviews();
    const run = (more: readonly string[]) =>
      bench.run(['rows.csv', '-o', 'out.csv', '--sample-rows', '100', ...more]);
    await run([]);
    const before = answered(await bench.read('out.csv'));
    await bench.write('rows.csv', rowsCsv(2 * ROWS));

    const { code, stderr } = await run(['--resume']);

    expect(code, stderr).toBe(0);
    const after = answered(await bench.read('out.csv'));
    expect(after.filter((row) => row <= ROWS)).toEqual(before);
    // Of the new rows about the same share
    expect(after.length - before.length).toBeGreaterThan(60);
    expect(after.length - before.length).toBeLessThan(140);
  });

  it.each([
    [['-', '--format', 'csv', '--sample-rows', '5', '-o', 'out.csv'], 'standard input can be read only once'],
    [['rows.csv', '--seed', '5'], '--seed decides which rows --sample-rows draws'],
    [['rows.csv', '--sample-rows', '0'], '--sample-rows: wanted a whole number from 1 up'],
  ])('refuses %j', async (args, message) => {
    const bench = await reviews();

    const { code, stderr } = await bench.run(args, { stdin: 'id,name\n1,a\n' });

    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
