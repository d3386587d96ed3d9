import { readFile, writeFile } from 'node:fs/promises';
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
  const parts = [output, error].flatMap((file) =>
    file === undefined || file.lines === 0 ? [] : [readFile(file.path)],
  );
  await writeFile(path, Buffer.concat(await Promise.all(parts)));
  return path;
}
