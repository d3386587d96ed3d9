import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { openLazyFile } from '../../src/checkpoint/append-file.js';
import { streamStore } from '../../src/checkpoint/stream-store.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { answered, batchOf, failed, HEADER } from './some-run.js';

it('writes the letters of a stream in the order of its rows, unreadable ones among them, and counts its rows', async () => {
  const path = join(await temporaryFolder(), 'dead.jsonl');
  const output = new PassThrough();
  const finished: unknown[] = [];
  const encoder = {
    header: HEADER,
    encode: ({ row }: { row: { number: number } }) => `${row.number}\n`,
    letter: ({ status, row }: { status: string; row: { number: number } }) =>
      status === 'failed' ? `letter ${row.number}\n` : '',
    unreadableLetter: ({ number }: { number: number }) => `unreadable ${number}\n`,
  };
  const letters = await openLazyFile(path, 0);
  const store = await streamStore(output, letters, encoder, new RunTally(), (written) => {
    finished.push(written);
  });

  await store.commit(batchOf([failed(1), answered(2), failed(4)], [3, 5]));
  await store.finish();
  await store.close();
  output.end();

  expect(await readFile(path, 'utf8')).toBe('letter 1\nunreadable 3\nletter 4\nunreadable 5\n');
  expect(await text(output)).toBe(`${HEADER}1\n2\n4\n`);
  expect(finished).toEqual([{ rows: 5, outputRows: 3 }]);
});
