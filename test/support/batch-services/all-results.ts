import { createReadStream, createWriteStream } from 'node:fs';
import { finished, pipeline } from 'node:stream/promises';
import type { Job } from './jobs.js';

const made = new WeakMap<Job, Promise<string>>();

/** The path of all results of a job that has ended, for services that have one file of them. */
export function allResults(job: Job): Promise<string> {
  const path = made.get(job) ?? join(job);
  made.set(job, path);
  return path;
}

async function join({ inputPath, output, error }: Job): Promise<string> {
  const path = `${inputPath}.results`;
  const target = createWriteStream(path);
  for (const file of [output, error]) {
    if (file !== undefined && file.lines > 0)
      await pipeline(createReadStream(file.path), target, { end: false });
  }
  target.end();
  await finished(target);
  return path;
}
