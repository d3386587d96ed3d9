import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { CompletedBatch } from '../../src/batch/batch.js';
import { type Checkpoint, firstCheckpoint, readCheckpoint } from '../../src/checkpoint/checkpoint-file.js';
import { openRunStore } from '../../src/checkpoint/run-store.js';
import type { RunStore } from '../../src/checkpoint/store.js';
import type { RunStoreOptions } from '../../src/checkpoint/store-options.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import type { CellRow } from '../../src/rows/row.js';
import { FakeClock } from '../limits/fake-clock.js';
import { temporaryFolder } from '../support/temporary-folder.js';

export const HEADER = 'name,ai_output\n';

/** The files of a run, and its store when it is open. */
export interface SomeRun {
  readonly folder: string;
  readonly store: RunStore;
  readonly tally: RunTally;
  readonly clock: FakeClock;
  readonly failures: Error[];
  /** What the process leaves behind that is killed now, opened by the next one. */
  killedAndReopened(changed?: Partial<RunStoreOptions>): Promise<SomeRun>;
  /** The same, not opened yet. */
  killed(): string;
  checkpoint(): Promise<Checkpoint>;
  output(): Promise<string>;
  letters(): Promise<string>;
}

/** A run in a folder of its own, or the one that is in `base` already. */
export async function someRun(base?: string, changed: Partial<RunStoreOptions> = {}): Promise<SomeRun> {
  const home = base ?? (await temporaryFolder());
  const folder = join(home, 'run');
  const deadLettersPath = join(home, 'dead.jsonl');
  const outputPath = join(folder, 'output.partial');
  const clock = new FakeClock();
  const checkpoint = await checkpointOf(folder, clock);
  const tally = new RunTally(checkpoint.counts);
  const failures: Error[] = [];
  const store = await openRunStore(checkpoint, {
    folder,
    outputPath,
    compressed: false,
    deadLettersPath,
    encoder: {
      header: HEADER,
      encode: (result) => `${result.row.text},${result.status === 'answered' ? result.answer : ''}\n`,
      letter: (result) => (result.status === 'failed' ? `{"row":${result.row.number}}\n` : ''),
      unreadableLetter: ({ number }) => `{"row":${number},"unreadable":true}\n`,
    },
    tally,
    questionOf: ({ text }) => text,
    inputStat: undefined,
    publish: async () => {},
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    after: (ms, wake) => clock.after(ms, wake),
    onFailure: (error) => failures.push(error),
    ...changed,
  });
  onTestFinished(() => store.close());
  const read = (path: string) => readFile(path, 'utf8').catch(() => '');
  return {
    folder,
    store,
    tally,
    clock,
    failures,
    killed: () => copyOf(home),
    killedAndReopened: (changes) => someRun(copyOf(home), changes),
    checkpoint: async () => (await readCheckpoint(folder)) ?? missing(),
    output: () => read(outputPath),
    letters: () => read(deadLettersPath),
  };
}

/** A process that is killed leaves its files as they are; here it goes on, but with files that nobody looks at. */
function copyOf(home: string): string {
  const copy = mkdtempSync(`${home}-`);
  onTestFinished(() => rmSync(copy, { recursive: true, force: true }));
  cpSync(home, copy, { recursive: true });
  return copy;
}

async function checkpointOf(folder: string, clock: FakeClock): Promise<Checkpoint> {
  const run = {
    identity: {},
    savedSettings: {},
    from: { offset: 5, row: 0, line: 2, crc: 0 },
    noCounts: new RunTally().snapshot(),
  };
  return (await readCheckpoint(folder)) ?? firstCheckpoint(run, clock);
}

export function rowOf(number: number, text = `row ${number}`): CellRow {
  return { kind: 'cells', number, cells: [text], text };
}

export function answered(number: number, answer = `answer ${number}`): FinishedResult {
  return { status: 'answered', row: rowOf(number), answer, calls: 2, latencyMs: number };
}

export function failed(number: number): FinishedResult {
  const failure = { kind: 'refused', status: 422, message: 'no', attempts: 1, failedAt: '' } as const;
  return { status: 'failed', row: rowOf(number), failure, calls: 1 };
}

/** The rows with these numbers as a batch, ten bytes of input each. */
export function batchOf(
  results: readonly FinishedResult[],
  unreadable: readonly number[] = [],
): CompletedBatch {
  const last = Math.max(...results.map(({ row }) => row.number), ...unreadable);
  return {
    batch: {
      rows: results.map(({ row }) => row),
      bytes: 10 * results.length,
      unreadable: unreadable.map((number) => ({ number, line: number + 1, problem: 'a quote', raw: '"' })),
      end: { offset: 5 + 10 * last, row: last, line: 2 + last, crc: last },
    },
    results,
  };
}

function missing(): never {
  throw new Error('there is no checkpoint');
}
