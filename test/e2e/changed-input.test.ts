import { appendFile, stat, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hintIn, pastedCommand } from '../support/pasted-command.js';
import { enrichedCsv, idOf, rowsCsv, workbench } from './workbench.js';

const ROWS = 400;
const BYTES = 1000;
const OUT = ['rows.csv', '-o', 'out.csv', '-c', '20', '-b', '50'];

/** A run to whose input something is done half way, while one of its calls is made. */
async function whileItRuns(change: (path: string) => Promise<void>) {
  let changed: Promise<void> | undefined;
  const bench = await workbench({
    keyColumn: 'id',
    behave: ({ inputs }) => {
      if (inputs.id !== idOf(ROWS / 2) || changed !== undefined) return undefined;
      changed = change(bench.path('rows.csv'));
      return { kind: 'status', status: 429, headers: { 'retry-after': '1' } };
    },
  });
  await bench.write('rows.csv', rowsCsv(ROWS, { bytes: BYTES }));
  const result = await bench.run(OUT);
  await changed;
  return { bench, result };
}

describe('an input that changes under way', () => {
  it('stops the run, resumable, where it is overwritten in place by as many bytes and gets its old time back', async () => {
    const { bench, result } = await whileItRuns(async (path) => {
      const { atime, mtime } = await stat(path);
      await writeFile(path, rowsCsv(ROWS, { bytes: BYTES }).replaceAll('blue', 'pink'));
      await utimes(path, atime, mtime);
    });

    expect(result.code).toBe(4);
    expect(result.stderr).toMatch(
      /rows\.csv was overwritten while it was read: its first \d+ rows are not all/,
    );
    expect(await bench.list()).not.toContain('out.csv');
    expect((await bench.run([...OUT, '--resume'])).code).toBe(2);

    await bench.write('rows.csv', rowsCsv(ROWS, { bytes: BYTES }));
    const hint = hintIn(result.stderr);
    const { code } = await bench.batchai(await pastedCommand(hint));

    expect(hint).toBe('batchai resume out.csv  # once the old file is back');
    expect(code).toBe(0);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS, { bytes: BYTES }));
  });

  it('is welcome where rows are appended', async () => {
    const { bench, result } = await whileItRuns((path) =>
      appendFile(path, rowsCsv(100, { from: ROWS + 1, bytes: BYTES })),
    );

    const { code } = await bench.run([...OUT, '--resume']);

    expect([result.code, code]).toEqual([0, 0]);
    expect(await bench.read('out.csv')).toBe(enrichedCsv(ROWS + 100, { bytes: BYTES }));
    expect(new Set(bench.server.requests.map(({ inputs }) => inputs.id)).size).toBe(ROWS + 100);
  });
});
