import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { formatEntry } from '../../../src/checkpoint/journal/journal-entry.js';
import type { Row } from '../../../src/rows/row.js';
import { HomeResults } from '../../../src/run/batch-api/home-results.js';
import { formatRequestId } from '../../../src/run/batch-api/request-id.js';
import { SentRows } from '../../../src/run/batch-api/sent-rows.js';
import { LineFile } from '../../../src/run/shards/line-file.js';
import { ShardFolder } from '../../../src/run/shards/shard-files.js';
import { Shards } from '../../../src/run/shards/shards.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const RUN = '1f2e3d4c';

let folder: ShardFolder;
let shards: Shards;
let results: HomeResults;
let strays: Set<number>;

/** Shards of ten rows, of which the first was harvested, and the second is out. */
beforeEach(async () => {
  folder = new ShardFolder(await temporaryFolder());
  await folder.make();
  shards = new Shards([]);
  results = new HomeResults(folder, shards, () => 0);
  onTestFinished(() => results.close());
  strays = new Set();
  await write(1, 1);
  await write(2, 11);
  for (let row = 1; row <= 10; row++) {
    const answered = {
      status: 'answered',
      row: rowWith(row, textOf(row)),
      answer: 'a',
      calls: 1,
      latencyMs: 1,
    } as const;
    results.add({ row, line: formatEntry(answered) });
  }
  await results.flush();
  shards.apply({
    ...{ step: 'harvested', shard: 1, at: 0, answered: 10, failed: 0, open: 0 },
    ...{ cost: 0, tokens: { in: 0, out: 0 } },
  });
  await folder.remove(1, 'requests');
});

describe('rows that were sent, when the input is read again', () => {
  it.each([
    ['of a shard that is out', 15],
    ['of a shard whose results are here', 5],
  ])('are told from others in their place: %s', async (_which, row) => {
    expect(await sent().isAsSent(rowWith(row, textOf(row)))).toBe(true);
    expect(await sent().isAsSent(rowWith(row, textOf(row - 1)))).toBe(false);
  });

  it('may be others where they are to be sent again, and behind the last shard', async () => {
    strays.add(15);

    expect(await sent().isAsSent(rowWith(15, 'mended'))).toBe(true);
    expect(await sent().isAsSent(rowWith(21, 'not sent'))).toBe(true);
  });
});

function sent(): SentRows {
  return new SentRows({ shards, folder, results, strays, run: RUN, questionOf: ({ text }) => text });
}

async function write(shard: number, from: number): Promise<void> {
  const to = from + 9;
  const file = await LineFile.create(folder.of(shard, 'requests'));
  for (let row = from; row <= to; row++) {
    const id = formatRequestId({ run: RUN, shard, row, crc: crc32(textOf(row)) });
    await file.add(JSON.stringify({ custom_id: id, body: {} }));
  }
  await file.close();
  shards.apply({
    ...{ step: 'written', shard, at: 0, home: { from, to }, rows: `${from}-${to}` },
    ...{ bytes: 0, form: 'text', tokens: 0, reserved: null, takes: [] },
  });
}

function textOf(row: number): string {
  return `thing ${row}`;
}

function rowWith(number: number, text: string): Row {
  return { kind: 'object', number, object: {}, text };
}
