import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  ESTIMATE_EXAMPLES,
  PREVIEW_EXAMPLES,
  PROGRAM_EXAMPLES,
  RESUME_EXAMPLES,
  RETRY_EXAMPLES,
  RUN_EXAMPLES,
} from '../../src/cli/help/examples.js';
import { FIXTURES, modelBench } from './model-bench.js';

it('the examples of --help work as they stand, in a folder with reviews.csv', async () => {
  const bench = await modelBench({ answer: () => ({ summary: 'It is good.', topic: 'praise' }) });
  const reviews = await readFile(join(FIXTURES, 'reviews.csv'), 'utf8');
  await bench.write('reviews.csv', reviews.split('\n').slice(0, 4).join('\n'));
  const [init, ...others] = [
    ...PROGRAM_EXAMPLES,
    ...ESTIMATE_EXAMPLES,
    ...PREVIEW_EXAMPLES,
    ...RUN_EXAMPLES,
    ...RESUME_EXAMPLES,
    ...RETRY_EXAMPLES,
  ].map(({ line }) => line);

  const refused: string[] = [];
  const tryOut = async (line = '') => {
    const [command = '', file] = line.split(' > ');
    const { code, stdout, stderr } = await bench.batchai(command.split(' ').slice(1));
    if (code !== 0) refused.push(`${line}: ${stderr}`);
    if (file !== undefined) await bench.write(file, stdout);
  };
  await tryOut(init);
  // The fake service's address and pace, and a price that its budget can be counted in.
  const written = await bench.read('reviews.yaml');
  const fake = `baseUrl: ${bench.server.url}\nprice: { input: 1, output: 1 }\n`;
  await bench.write('reviews.yaml', `${written.replace('100/min', '60000/min')}\n${fake}`);
  for (const line of new Set(others)) await tryOut(line);

  expect(refused).toEqual([]);
});
