import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HomeResults } from '../../../src/run/batch-api/home-results.js';
import { ShardFolder } from '../../../src/run/shards/shard-files.js';
import type { ShardRecord } from '../../../src/run/shards/shard-records.js';
import { Shards } from '../../../src/run/shards/shards.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const ROWS_A_HOME = 50;
/** More than are kept open. */
const HOMES = 20;
const ROWS = ROWS_A_HOME * HOMES;

let results: HomeResults;
let folder: ShardFolder;
/** Rows of the output that are safe. */
let vouched: number;

beforeEach(async () => {
  vouched = 0;
  folder = new ShardFolder(await temporaryFolder());
  await folder.make();
  const shards = new Shards(Array.from({ length: HOMES }, (_, at) => written(at + 1)));
  results = new HomeResults(folder, shards, () => vouched);
});

afterEach(() => results.close());

describe('the results of rows that came from batches', () => {
  it.each<[string, (rows: readonly number[]) => number[]]>([
    ['in their order', (rows) => [...rows]],
    ['the last one first', (rows) => [...rows].reverse()],
    ['from one home to the next', (rows) => rows.map((_, at) => 1 + ((at * ROWS_A_HOME + at) % ROWS))],
  ])('are found, asked for %s', async (_what, ordered) => {
    for (const row of allRows().reverse()) results.add({ row, line: lineOf(row) });
    await results.flush();

    const rows = ordered(allRows());
    expect(rows.map((row) => results.find(row))).toEqual(rows.map(lineOf));
  });

  it('are found once they are there, though they were asked for before', async () => {
    expect(results.find(7)).toBeUndefined();
    results.add({ row: 7, line: lineOf(7) });
    await results.flush();

    expect(results.find(7)).toBe(lineOf(7));
    expect(results.find(8)).toBeUndefined();
  });

  it('are the last ones', async () => {
    results.add({ row: 7, line: lineOf(7) });
    await results.flush();
    results.find(7);
    results.add({ row: 7, line: '{"row":7,"answer":"another"}' });
    await results.flush();

    expect(results.find(7)).toBe('{"row":7,"answer":"another"}');
  });

  it('go from disk once their rows are safe in the output, while the run goes on', async () => {
    for (const row of allRows()) results.add({ row, line: lineOf(row) });
    await results.flush();

    vouched = 3 * ROWS_A_HOME + 1;
    const next = results.find(4 * ROWS_A_HOME);

    expect(next).toBe(lineOf(4 * ROWS_A_HOME));
    expect(await readdir(folder.path)).toHaveLength(HOMES - 3);
  });

  it('are found where one is larger than a read', async () => {
    const large = `{"row":9,"answer":"${'ä'.repeat(100_000)}"}`;
    for (const row of [8, 9, 10]) results.add({ row, line: row === 9 ? large : lineOf(row) });
    await results.flush();

    expect([8, 9, 10].map((row) => results.find(row))).toEqual([lineOf(8), large, lineOf(10)]);
  });
});

function written(shard: number): ShardRecord {
  const from = (shard - 1) * ROWS_A_HOME + 1;
  const to = shard * ROWS_A_HOME;
  const rows = `${from}-${to}`;
  const bytes = 0;
  return {
    step: 'written',
    shard,
    at: 0,
    home: { from, to },
    rows,
    bytes,
    form: 'text',
    tokens: 0,
    reserved: null,
    takes: [],
  };
}

function allRows(): number[] {
  return Array.from({ length: ROWS }, (_, at) => at + 1);
}

/** Of different lengths: some lie across two reads. */
function lineOf(row: number): string {
  return `{"row":${row},"answer":"${'ö'.repeat((row % ROWS_A_HOME) * 30)}"}`;
}
