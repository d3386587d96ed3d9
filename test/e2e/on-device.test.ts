import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { enrich } from '../../src/index.js';
import { runBatchai, spawnBatchai, startHere } from '../support/run-batchai.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

/** Enough text for threads to be started, and to take over. */
const ROWS = 1_500;

describe('a run on this machine', () => {
  it('gives the same bytes on all cores as on one, and ends by itself', async () => {
    const bench = await folderWithReviews();

    const onOne = await runBatchai([...bench.run('one.csv'), '-c', '1'], { cwd: bench.folder });
    const onAll = await spawnBatchai([...bench.run('all.csv'), '--json'], { cwd: bench.folder });

    expect(onOne.code, onOne.stderr).toBe(0);
    expect(onAll.code, onAll.stderr).toBe(0);
    expect(JSON.parse(onAll.stdout)).toMatchObject({ total: ROWS, succeeded: ROWS, calls: ROWS });
    expect(await bench.read('all.csv')).toBe(await bench.read('one.csv'));
  });

  it('goes on where it was interrupted', async () => {
    const bench = await folderWithReviews();
    const written = join(bench.folder, 'out.csv.checkpoint', 'output.partial');

    const batchai = startHere(bench.run('out.csv'), { cwd: bench.folder });
    await until(async () => (await sizeOf(written)) > 0);
    batchai.signal('SIGINT');
    const stopped = await batchai.finished;
    const resumed = await runBatchai([...bench.run('out.csv'), '--resume', '--json'], { cwd: bench.folder });
    await runBatchai([...bench.run('whole.csv'), '-c', '1'], { cwd: bench.folder });

    expect(stopped.code, stopped.stderr).toBe(130);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ total: ROWS, succeeded: ROWS, calls: ROWS });
    expect(await bench.read('out.csv')).toBe(await bench.read('whole.csv'));
  });

  it('is a matter of the library too, in the order of the rows', async () => {
    const rows = Array.from({ length: ROWS }, (_, n) => ({ id: n + 1, review: reviewOf(n + 1) }));

    const answers: unknown[] = [];
    for await (const result of enrich(rows, { fabric: 'local:sentiment' })) {
      answers.push([result.row.id, result.status === 'answered' && result.answer]);
    }

    const label = (id: number) => (id % 2 === 0 ? 'positive' : 'negative');
    expect(answers).toEqual(rows.map(({ id }) => [id, expect.objectContaining({ label: label(id) })]));
  });
});

async function folderWithReviews() {
  const folder = await temporaryFolder();
  const lines = Array.from({ length: ROWS }, (_, n) => `${n + 1},"${reviewOf(n + 1)}"\n`);
  await writeFile(join(folder, 'reviews.csv'), `id,review\n${lines.join('')}`);
  return {
    folder,
    run: (output: string) => ['run', 'reviews.csv', '--fabric', 'local:sentiment', '-o', output],
    read: (name: string) => readFile(join(folder, name), 'utf8'),
  };
}

function reviewOf(row: number): string {
  const opinion = row % 2 === 0 ? 'A wonderful, superb and lovely' : 'A horrible, terrible and awful';
  return `${opinion} kettle no. ${row}. ${'It is made of steel and stands on a table beside the sink. '.repeat(5)}`;
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}
