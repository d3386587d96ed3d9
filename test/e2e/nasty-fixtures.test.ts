import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCsv, parseJsonl, workbench } from './workbench.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');

async function benchWith(name: string) {
  const bench = await workbench();
  await cp(join(FIXTURES, name), bench.path(name));
  return bench;
}

describe('the nasty files among the fixtures', () => {
  it('numbers-too-long.jsonl is written with all of its digits, and each row is a question of its own', async () => {
    const bench = await benchWith('numbers-too-long.jsonl');

    const { code } = await bench.run(['numbers-too-long.jsonl', '-o', 'out.jsonl']);

    const before = (await readFile(join(FIXTURES, 'numbers-too-long.jsonl'), 'utf8')).trimEnd().split('\n');
    const after = (await bench.read('out.jsonl')).trimEnd().split('\n');
    expect(code).toBe(0);
    expect(bench.server.requests).toHaveLength(before.length);
    for (const [index, line] of after.entries())
      expect(line.startsWith(`${before[index]?.slice(0, -1)},"ai_output":`)).toBe(true);
  });

  it('late-key.jsonl gets a column for the key that only its last row has', async () => {
    const bench = await benchWith('late-key.jsonl');

    const { code } = await bench.run(['late-key.jsonl', '-o', 'out.csv']);

    const cells = parseCsv(await bench.read('out.csv'));
    expect(code).toBe(0);
    expect(cells).toHaveLength(120);
    expect(cells.filter(({ urgent }) => urgent === 'true').map(({ id }) => id)).toEqual(['120']);
  });

  it('nested-too-deep.jsonl loses the one row that nothing could read, and no other', async () => {
    const bench = await benchWith('nested-too-deep.jsonl');

    const { code } = await bench.run([
      'nested-too-deep.jsonl',
      '-o',
      'out.jsonl',
      '--bad-rows',
      'dead-letter',
    ]);

    expect(code).toBe(3);
    expect(parseJsonl(await bench.read('out.jsonl')).map(({ id }) => id)).toEqual([1, 3]);
    expect(parseJsonl(await bench.read('out.jsonl.dead-letters.jsonl'))).toMatchObject([
      { row: 2, error: { kind: 'unreadable' } },
    ]);
  });
});
