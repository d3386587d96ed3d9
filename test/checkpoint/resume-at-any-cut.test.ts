import { readdir, readFile, rename, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, firstCheckpoint, readCheckpoint } from '../../src/checkpoint/checkpoint-file.js';
import { openRunStore } from '../../src/checkpoint/run-store.js';
import type { RunStore } from '../../src/checkpoint/store.js';
import type { ResultEncoder } from '../../src/checkpoint/store-options.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import { RunTally } from '../../src/monitor/run-tally.js';
import { type Row, START } from '../../src/rows/row.js';
import { runs } from '../support/runs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROWS = 60;
const BATCH = 5;

const encoder: ResultEncoder = {
  header: 'row,answer\n',
  encode: (result) => `${result.row.number},${result.status === 'answered' ? result.answer : ''}\n`,
  letter: (result) => (result.status === 'failed' ? `${JSON.stringify({ row: result.row.number })}\n` : ''),
  unreadableLetter: () => '',
};

const rowOf = (number: number): Row => ({ kind: 'cells', number, cells: [`${number}`], text: `${number}` });

/** Every seventh row fails; answers hold what is awkward in a file. */
function resultOf(row: Row): FinishedResult {
  if (row.number % 7 !== 0) {
    return { status: 'answered', row, answer: `ä "${row.number}" \u2028`, calls: 1, latencyMs: row.number };
  }
  const failure = {
    kind: 'unprocessable',
    message: 'no',
    attempts: 1,
    failedAt: '2026-01-01T00:00:00.000Z',
  } as const;
  return { status: 'failed', row, failure, calls: 1 };
}

/** What a power failure may leave of what was not flushed: any part of it. */
interface Crash {
  /** It comes after so many steps: a result recorded, a batch committed. */
  readonly afterSteps: number;
  /** The share that is lost of what no checkpoint vouches for; 0 after a mere kill -9. */
  readonly lost: number;
}

const crashes = fc.array(
  fc.record({ afterSteps: fc.integer({ min: 0, max: 70 }), lost: fc.constantFrom(0, 0, 0.3, 1) }),
  { maxLength: 6 },
);

describe('a run that is cut off anywhere, any number of times', () => {
  it('ends in the same files and counts, and repeats no call whose answer was on disk', async () => {
    await fc.assert(
      fc.asyncProperty(crashes, async (cuts) => {
        const folder = await temporaryFolder();
        const run = new CutRun(folder);

        for (const cut of cuts) await run.live(cut);
        const tally = await run.live(undefined);

        expect(await readFile(join(folder, 'out.csv'), 'utf8')).toBe(expectedOutput());
        expect(await readFile(join(folder, 'letters.jsonl'), 'utf8')).toBe(expectedLetters());
        expect([tally?.succeeded, tally?.failed, tally?.calls]).toEqual([52, 8, 60]);
        if (cuts.every(({ lost }) => lost === 0)) expect(run.calls).toBe(ROWS);
      }),
      { numRuns: runs(20) },
    );
  });
});

/** One run over several lives of its process. */
class CutRun {
  calls = 0;
  #clock = 0;

  constructor(private readonly folder: string) {}

  /** Lives until the cut, or to the end; gives the counts of a run that ended. */
  async live(cut: Crash | undefined): Promise<RunTally | undefined> {
    const found = await readCheckpoint(this.#kept);
    if (found?.state === 'finished') return new RunTally(found.counts);
    const checkpoint =
      found ??
      firstCheckpoint(
        { identity: {}, savedSettings: {}, from: START, noCounts: new RunTally().snapshot() },
        { wallNow: () => 0 },
      );
    const tally = new RunTally(checkpoint.counts);
    const store = await this.#open(checkpoint, tally);
    const isCut = await this.#work(
      store,
      checkpoint.rowsCommitted,
      cut?.afterSteps ?? Number.POSITIVE_INFINITY,
    );
    if (!isCut) await store.finish();
    await store.close();
    if (isCut && cut !== undefined) await this.#lose(cut.lost);
    return isCut ? undefined : tally;
  }

  get #kept(): string {
    return join(this.folder, 'checkpoint');
  }

  #open(checkpoint: Checkpoint, tally: RunTally): Promise<RunStore> {
    return openRunStore(checkpoint, {
      folder: this.#kept,
      outputPath: join(this.#kept, 'output.partial'),
      compressed: false,
      deadLettersPath: join(this.folder, 'letters.jsonl'),
      encoder,
      tally,
      questionOf: ({ text }) => text,
      inputStat: undefined,
      publish: () => rename(join(this.#kept, 'output.partial'), join(this.folder, 'out.csv')),
      // A checkpoint falls due with every third batch or so.
      now: () => (this.#clock += 150),
      wallNow: () => 0,
      after: () => () => {},
      onFailure: (error) => {
        throw error;
      },
    });
  }

  /** True where the steps ran out. */
  async #work(store: RunStore, committed: number, steps: number): Promise<boolean> {
    let left = steps;
    for (let first = committed + 1; first <= ROWS; first += BATCH) {
      const results: FinishedResult[] = [];
      for (let number = first; number < first + BATCH && number <= ROWS; number++) {
        const before = store.finishedBefore(rowOf(number));
        if (before === undefined) {
          if (left-- <= 0) return true;
          this.calls++;
          await store.record(resultOf(rowOf(number)));
        }
        results.push(before ?? resultOf(rowOf(number)));
      }
      if (left-- <= 0) return true;
      const row = results.at(-1)?.row.number ?? 0;
      await store.commit({
        batch: {
          rows: results.map((result) => result.row),
          unreadable: [],
          end: { offset: row, row, line: row, crc: 0 },
          bytes: results.length,
        },
        results,
      });
    }
    return false;
  }

  /** Takes away a part of what the checkpoint does not vouch for. */
  async #lose(share: number): Promise<void> {
    const vouched = await readCheckpoint(this.#kept);
    await cut(join(this.#kept, 'output.partial'), vouched?.outputOffset ?? 0, share);
    await cut(join(this.folder, 'letters.jsonl'), vouched?.deadLettersOffset ?? 0, share);
    const journals = (await readdir(this.#kept)).filter((name) => name.startsWith('journal-')).sort();
    await cut(join(this.#kept, journals.at(-1) ?? ''), 0, share);
  }
}

async function cut(path: string, from: number, share: number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile()) await truncate(path, Math.ceil(found.size - (found.size - from) * share));
}

const allRows = Array.from({ length: ROWS }, (_, index) => rowOf(index + 1));

function expectedOutput(): string {
  return encoder.header + allRows.map((row) => encoder.encode(resultOf(row))).join('');
}

function expectedLetters(): string {
  return allRows.map((row) => encoder.letter(resultOf(row))).join('');
}
