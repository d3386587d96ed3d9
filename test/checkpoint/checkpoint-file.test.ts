import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  CheckpointError,
  firstCheckpoint,
  positionOf,
  readCheckpoint,
  writeCheckpoint,
} from '../../src/checkpoint/checkpoint-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const RUN = {
  identity: { fabric: 'summary' },
  savedSettings: { concurrency: 3 },
  from: { offset: 12, row: 0, line: 2, crc: 99 },
  noCounts: { succeeded: 0 },
};
const CLOCK = { wallNow: () => Date.UTC(2026, 0, 2, 3, 4, 5) };

it('begins with nothing done, after the header', () => {
  const checkpoint = firstCheckpoint(RUN, CLOCK);

  expect(checkpoint).toMatchObject({
    state: 'running',
    rowsCommitted: 0,
    outputOffset: 0,
    deadLettersOffset: 0,
    startedAt: '2026-01-02T03:04:05.000Z',
  });
  expect(positionOf(checkpoint)).toEqual(RUN.from);
});

it('gives every run another id', () => {
  expect(firstCheckpoint(RUN, CLOCK).runId).not.toBe(firstCheckpoint(RUN, CLOCK).runId);
});

it('reads back what it wrote', async () => {
  const folder = await temporaryFolder();
  const checkpoint = {
    ...firstCheckpoint(RUN, CLOCK),
    rowsCommitted: 7,
    inputOffset: 123,
    inputCrc: 2 ** 32 - 1,
  };

  await writeCheckpoint(folder, checkpoint);

  expect(await readCheckpoint(folder)).toEqual(checkpoint);
});

it('finds none in an empty folder, in a folder that is not there, and under a file', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'file'), '');

  expect(await readCheckpoint(folder)).toBeUndefined();
  expect(await readCheckpoint(join(folder, 'none'))).toBeUndefined();
  expect(await readCheckpoint(join(folder, 'file'))).toBeUndefined();
});

it.each<[string, string, RegExp]>([
  ['torn', '{"version":1,"runId":"x', /is damaged; --overwrite starts the run over$/],
  ['empty', '', /is damaged; --overwrite starts the run over$/],
  ['not whole', '{"version":1,"runId":"x"}', /is damaged; --overwrite starts the run over$/],
  ['no object', 'null', /is damaged; --overwrite starts the run over$/],
  [
    'of another version',
    '{"version":2}',
    /another version of batchai; go on with that, or start over with --overwrite$/,
  ],
  ['of no version', '{}', /another version of batchai/],
])('refuses one that is %s, and says what to do', async (_what, content, says) => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'checkpoint.json'), content);

  const reading = readCheckpoint(folder);

  await expect(reading).rejects.toThrow(CheckpointError);
  await expect(reading).rejects.toThrow(says);
  await expect(reading).rejects.toThrow(join(folder, 'checkpoint.json'));
});
