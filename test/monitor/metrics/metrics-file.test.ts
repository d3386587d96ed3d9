import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { MetricsFile } from '../../../src/monitor/metrics/metrics-file.js';
import { FakeClock } from '../../limits/fake-clock.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** A file's metrics, with a word for how often they were asked for. */
async function aMetricsFile(folder: string, path = join(folder, 'batchai.prom')) {
  const clock = new FakeClock();
  const notes: string[] = [];
  let asked = 0;
  const file = new MetricsFile({
    path,
    text: async () => `asked ${++asked}\n`,
    clock,
    note: (message) => notes.push(message),
  });
  onTestFinished(() => file.close());
  return { file, path, clock, notes, asked: () => asked };
}

it('the file is there from the start, and has what the run came to at the end', async () => {
  const { file, path, notes } = await aMetricsFile(await temporaryFolder());

  file.started();
  file.ended({});
  await file.close();

  expect(await readFile(path, 'utf8')).toBe('asked 2\n');
  expect(notes).toEqual([]);
});

it('the file of a run that had nothing to do is written too', async () => {
  const { file, path } = await aMetricsFile(await temporaryFolder());

  await file.close();

  expect(await readFile(path, 'utf8')).toBe('asked 1\n');
});

it('it is written every 15 seconds, and no more after the end', async () => {
  const { file, clock, asked } = await aMetricsFile(await temporaryFolder());

  file.started();
  await clock.advance(14_999);
  expect(clock.timers).toBe(1);
  await clock.advance(1);
  await clock.advance(15_000);
  file.ended({});
  await file.close();

  expect(asked()).toBe(4);
  expect(clock.timers).toBe(0);
});

it('nothing is left beside it, and others may read it', async () => {
  const folder = await temporaryFolder();
  const { file, path } = await aMetricsFile(folder);

  file.started();
  await file.close();

  expect(await readdir(folder)).toEqual(['batchai.prom']);
  expect((await stat(path)).mode & 0o777).toBe(0o644 & ~process.umask());
});

it('a file that cannot be written is one note, and is written as soon as it can be', async () => {
  const folder = await temporaryFolder();
  const { file, path, clock, notes } = await aMetricsFile(folder, join(folder, 'later', 'batchai.prom'));

  file.started();
  await clock.advance(15_000);
  await clock.advance(15_000);
  // The last of the three writes has failed when the fourth is under way: they follow one another.
  await file.close();
  expect(notes).toEqual([
    `--metrics-file: ${path} could not be written (ENOENT); the run goes on without it`,
  ]);
  await mkdir(join(folder, 'later'));
  await file.close();

  expect(await readFile(path, 'utf8')).toBe('asked 5\n');
});

it('a folder in its place is a note, and leaves nothing beside it', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'batchai.prom');
  await mkdir(join(path, 'full'), { recursive: true });
  const { file, notes } = await aMetricsFile(folder, path);

  await file.close();

  expect(notes).toHaveLength(1);
  expect(await readdir(folder)).toEqual(['batchai.prom']);
});
