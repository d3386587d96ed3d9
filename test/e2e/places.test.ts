import { lstat, mkdir, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { enrichedCsv, rowsCsv, workbench } from './workbench.js';

describe('a file that a command uses', () => {
  it('is destroyed by no log, metrics or report of any command', async () => {
    const bench = await workbench({
      keyColumn: 'id',
      behave: ({ inputs }) => (inputs.id === '00002' ? { kind: 'status', status: 422, body: {} } : undefined),
    });
    await bench.write('rows.csv', rowsCsv(3));
    await bench.run(['rows.csv', '-o', 'out.csv']);
    const files = ['rows.csv', 'out.csv', 'out.csv.dead-letters.jsonl', 'out.csv.checkpoint/checkpoint.json'];
    const before = await Promise.all(files.map((name) => bench.read(name)));

    for (const file of files) {
      const results = [
        await bench.run(['rows.csv', '-o', 'out.csv', '--overwrite', '--log', file]),
        await bench.run(['rows.csv', '-o', 'out.csv', '--overwrite', '--metrics-file', file]),
        await bench.batchai(['retry', 'out.csv', '--log', file]),
        await bench.batchai(['retry', 'out.csv', '--metrics-file', file]),
        await bench.batchai(['report', 'out.csv', '-o', file]),
      ];
      expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
    }

    expect(await Promise.all(files.map((name) => bench.read(name)))).toEqual(before);
    expect(bench.server.requests).toHaveLength(3);
  });
});

it('leaves links as links: of the output, the dead letters, the metrics and the report', async () => {
  let mended = false;
  const bench = await workbench({
    keyColumn: 'id',
    behave: ({ inputs }) =>
      inputs.id === '00002' && !mended ? { kind: 'status', status: 422, body: {} } : undefined,
  });
  const links = ['out.csv', 'out.csv.dead-letters.jsonl', 'm.prom', 'page.html'];
  await mkdir(bench.path('there'));
  for (const name of links) await symlink(`there/${name}`, bench.path(name));
  await bench.write('rows.csv', rowsCsv(3));

  const codes = [
    await bench.run(['rows.csv', '-o', 'out.csv', '--metrics-file', 'm.prom']),
    await bench.batchai(['report', 'out.csv', '-o', 'page.html']),
  ];
  mended = true;
  codes.push(await bench.batchai(['retry', 'out.csv', '--metrics-file', 'm.prom']));
  await bench.write('rows.csv', rowsCsv(5));
  codes.push(await bench.run(['rows.csv', '-o', 'out.csv', '--resume']));
  codes.push(await bench.batchai(['report', 'out.csv', '-o', 'page.html']));

  expect(codes.map(({ code }) => code)).toEqual([3, 0, 0, 0, 0]);
  for (const name of links) expect((await lstat(bench.path(name))).isSymbolicLink(), name).toBe(true);
  expect(await bench.read('there/out.csv')).toBe(enrichedCsv(5));
  expect((await bench.list()).filter((name) => name.startsWith('there/'))).toEqual([
    'there/m.prom',
    'there/out.csv',
    'there/page.html',
  ]);
});
