import { open } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { workbench } from './workbench.js';

const ROWS = 12;
const ROW_BYTES = 15 * 1024 * 1024;

it('12 rows of 15 MB pass under a heap of 256 MB, ten at a time as they were asked for', async () => {
  const bench = await workbench({ answer: () => 'short' });
  const file = await open(bench.path('rows.csv'), 'w');
  await file.write('id,text\n');
  const text = 'x'.repeat(ROW_BYTES);
  for (let id = 1; id <= ROWS; id++) await file.write(`${id},${text}\n`);
  await file.close();

  const { code, stderr } = await bench.run(
    ['rows.csv', '-o', 'out.jsonl', '--inputs', 'id,text', '-c', '10'],
    {
      env: { PROMPTHA_API_KEY: 'test-key', NODE_OPTIONS: '--max-old-space-size=256' },
    },
  );

  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/12 rows = 12 answered/);
}, 300_000);
