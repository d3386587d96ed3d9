import { appendFile, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Checkpoint, CheckpointError } from '../../../src/checkpoint/checkpoint-file.js';
import { LockHeldError } from '../../../src/checkpoint/lock.js';
import type { FinishedResult } from '../../../src/fabric/row-result.js';
import { readRows } from '../../../src/rows/read-rows.js';
import { RunStop } from '../../../src/run/control/stop.js';
import { RUN_TIMINGS } from '../../../src/run/control/timings.js';
import { openRun } from '../../../src/run/from-file/open-run.js';
import { makePlan, type Plan } from '../../../src/run/plan/plan.js';
import { SetUpError } from '../../../src/run/settings/set-up-error.js';
import type { RunSettings } from '../../../src/run/settings/settings.js';
import { FakeClock } from '../../limits/fake-clock.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { planIn, settingsFor, surroundings } from '../planning.js';

const HEADER = 'id,name\n';
const ROWS = ['1,mug\n', '2,bowl\n', '3,"big\nplate"\n', '4,cup\n'];
const OUT = { output: 'out.csv' };
const RESUME = { ...OUT, existing: 'resume' } as const;

interface Before {
  /** Rows that are done; then it is interrupted. Undefined: all, and it is finished. */
  readonly rowsDone?: number;
  readonly settings?: Partial<RunSettings>;
  /** Row numbers that fail. */
  readonly failing?: readonly number[];
}

/** A folder in which a run has been at work. */
async function folderAfter({ rowsDone, settings, failing = [] }: Before = {}): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'rows.csv'), HEADER + ROWS.join(''));
  await work(await planIn(folder, { ...OUT, ...settings }), rowsDone, failing);
  return folder;
}

async function work(plan: Plan, rowsDone: number | undefined, failing: readonly number[]): Promise<void> {
  const { processes } = surroundings();
  const world = {
    clock: new FakeClock(),
    random: () => 0,
    timings: RUN_TIMINGS,
    processes,
    standardOutput: process.stdout,
    self: { host: 'here', version: '0.0.0' },
    watch: {},
  };
  const { store, close } = await openRun(plan, { questionOf: ({ text }) => text }, new RunStop(), world);
  const { columns, from } = plan;
  const options = { columns, from, blockRows: 1, badRows: 'stop', lastRow: rowsDone ?? 1_000 } as const;
  if (rowsDone !== 0) {
    for await (const block of readRows(plan.input.source, plan.input.look.layout, options)) {
      const results = block.rows.map((row): FinishedResult => {
        const failure = { kind: 'refused', message: 'no', attempts: 1, failedAt: '' } as const;
        return failing.includes(row.number)
          ? { status: 'failed', row, failure, calls: 1 }
          : { status: 'answered', row, answer: 'fine', calls: 1, latencyMs: 1 };
      });
      await store.commit({ batch: block, results });
    }
  }
  await (rowsDone === undefined ? store.finish() : store.save());
  await close();
}

async function changeCheckpoint(folder: string, change: (checkpoint: Checkpoint) => object): Promise<void> {
  const path = join(folder, 'out.csv.checkpoint/checkpoint.json');
  const checkpoint = JSON.parse(await readFile(path, 'utf8')) as Checkpoint;
  await writeFile(path, JSON.stringify({ ...checkpoint, ...change(checkpoint) }));
}

async function refusal(planning: Promise<Plan>): Promise<string> {
  const error = await planning.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SetUpError);
  return (error as SetUpError).message;
}

describe('an unfinished run', () => {
  it('is refused without --resume or --overwrite, saying how far it is', async () => {
    const folder = await folderAfter({ rowsDone: 2 });

    expect(await refusal(planIn(folder, OUT))).toMatch(
      /out\.csv has an unfinished run \(2 rows with a result\): go on with it \(batchai resume \S+out\.csv\), or start over with --overwrite/,
    );
  });

  it('goes on with --resume where it stopped', async () => {
    const folder = await folderAfter({ rowsDone: 3 });

    const { beginning, from } = await planIn(folder, RESUME);

    expect(beginning).toMatchObject({ kind: 'resume', checkpoint: { rowsCommitted: 3 } });
    expect(from).toMatchObject({ row: 3, line: 6, offset: (HEADER + ROWS.slice(0, 3).join('')).length });
  });

  it('goes on where the input was touched, copied or has grown, and where the rest of it was mended', async () => {
    const folder = await folderAfter({ rowsDone: 2 });
    const input = join(folder, 'rows.csv');

    await utimes(input, 1, 1);
    expect((await planIn(folder, RESUME)).beginning.kind).toBe('resume');
    await appendFile(input, '5,jug\n');
    expect((await planIn(folder, RESUME)).beginning.kind).toBe('resume');
    await writeFile(input, `${HEADER + ROWS.slice(0, 2).join('')}3,small plate\n`);
    expect((await planIn(folder, RESUME)).beginning.kind).toBe('resume');
  });

  it('goes on with other limits', async () => {
    const folder = await folderAfter({ rowsDone: 2 });

    const plan = await planIn(folder, { ...RESUME, concurrency: 1, batchSize: 3, attempts: 1, limit: 3 });

    expect(plan.beginning.kind).toBe('resume');
  });

  it.each<[string, string]>([
    ['changed', `${HEADER}1,cup\n${ROWS.slice(1).join('')}`],
    ['moved by a row', HEADER + ROWS.slice(1).join('')],
    ['cut short', `${HEADER}1,mug\n`],
  ])('is refused where the finished part of its input was %s', async (_what, content) => {
    const folder = await folderAfter({ rowsDone: 2 });
    await writeFile(join(folder, 'rows.csv'), content);

    expect(await refusal(planIn(folder, RESUME))).toMatch(
      /rows\.csv changed in the part that is done \(its first 2 rows\); bring the old file back, or start over/,
    );
  });

  it.each<[string, Partial<RunSettings>, RegExp]>([
    [
      'fabric',
      { fabric: 'local:keywords' },
      /the fabric changed \(was "local:summary", is "local:keywords"\)/,
    ],
    ['inputs', { inputs: [{ input: 'name', column: 'name' }] }, /--inputs changed \(was null, is \[/],
    ['output column', { outputColumn: 'text' }, /--output-column changed \(was "ai_output", is "text"\)/],
    ['output format', { outputFormat: 'tsv' }, /the output's format changed/],
  ])('is refused where its %s changed', async (_what, settings, says) => {
    const folder = await folderAfter({ rowsDone: 2 });

    const message = await refusal(planIn(folder, { ...RESUME, ...settings }));

    expect(message).toMatch(/^this is not the run that was interrupted: /);
    expect(message).toMatch(says);
    expect(message).toMatch(/use the same as before, or --overwrite to start over$/);
  });

  it('is refused where its columns changed', async () => {
    const folder = await folderAfter({ rowsDone: 0 });
    await writeFile(join(folder, 'rows.csv'), 'id,title\n1,mug\n');

    expect(await refusal(planIn(folder, RESUME))).toMatch(
      /the input's columns changed \(was \["id","name"\]/,
    );
  });

  it('is refused where its failed rows went to another file: that other one would be cut', async () => {
    const folder = await folderAfter({ rowsDone: 2, failing: [1] });
    await writeFile(join(folder, 'important.jsonl'), 'of somebody else, and long enough to be cut\n');

    expect(await refusal(planIn(folder, { ...RESUME, deadLetters: 'important.jsonl' }))).toMatch(
      /the failed rows of this run go to .*out\.csv\.dead-letters\.jsonl, not to .*important\.jsonl: add --dead-letters/,
    );
  });

  it('goes on with its own dead letters, wherever they are and however they are named', async () => {
    const folder = await folderAfter({ rowsDone: 2, failing: [1], settings: { deadLetters: 'dead.jsonl' } });

    expect((await planIn(folder, { ...RESUME, deadLetters: './dead.jsonl' })).beginning.kind).toBe('resume');
    expect(await refusal(planIn(folder, RESUME))).toMatch(/add --dead-letters .*dead\.jsonl$/);
  });

  it('goes on in a folder that was moved', async () => {
    const folder = await folderAfter({ rowsDone: 2, failing: [1] });
    await mkdir(join(folder, 'moved'));
    for (const name of ['rows.csv', 'out.csv.checkpoint', 'out.csv.dead-letters.jsonl'])
      await rename(join(folder, name), join(folder, 'moved', name));

    expect((await planIn(join(folder, 'moved'), RESUME)).beginning.kind).toBe('resume');
  });

  it('is replaced with --overwrite', async () => {
    const folder = await folderAfter({ rowsDone: 2 });

    const { beginning, from } = await planIn(folder, { ...OUT, existing: 'overwrite' });

    expect(beginning).toEqual({ kind: 'new', replaces: expect.any(String), discards: 2 });
    expect(from.row).toBe(0);
  });

  it('is replaced with --overwrite also where its checkpoint is damaged, which --resume refuses', async () => {
    const folder = await folderAfter({ rowsDone: 2 });
    await writeFile(join(folder, 'out.csv.checkpoint/checkpoint.json'), '{"version":');

    await expect(planIn(folder, RESUME)).rejects.toThrow(CheckpointError);
    expect((await planIn(folder, { ...OUT, existing: 'overwrite' })).beginning).toEqual({ kind: 'new' });
  });

  it.each(['refuse', 'resume', 'overwrite'] as const)(
    'is left alone while somebody is at it: %s',
    async (existing) => {
      const folder = await folderAfter({ rowsDone: 2 });
      const pid = 920_000_000;
      await writeFile(join(folder, 'out.csv.checkpoint/lock'), JSON.stringify({ pid, host: hostname() }));
      const processes = { pid: pid + 1, isRunning: () => true };

      const planning = makePlan(settingsFor(folder, { ...OUT, existing }), { ...surroundings(), processes });

      await expect(planning).rejects.toThrow(LockHeldError);
    },
  );
});

describe('a finished run', () => {
  it('is refused without --resume or --overwrite', async () => {
    const folder = await folderAfter();

    expect(await refusal(planIn(folder, OUT))).toMatch(
      /out\.csv exists already: go on with its run \(batchai resume \S+out\.csv\), or --overwrite to discard it/,
    );
  });

  it('has nothing to do with --resume', async () => {
    const folder = await folderAfter();

    expect((await planIn(folder, RESUME)).beginning).toMatchObject({
      kind: 'finished',
      checkpoint: { rowsCommitted: 4, state: 'finished' },
    });
  });

  it('has nothing to do where only empty lines came', async () => {
    const folder = await folderAfter();
    await appendFile(join(folder, 'rows.csv'), '\n\n');

    expect((await planIn(folder, RESUME)).beginning.kind).toBe('finished');
  });

  it('goes on with the new rows of an input that grew', async () => {
    const folder = await folderAfter();
    await appendFile(join(folder, 'rows.csv'), '5,jug\n');

    const { beginning, from } = await planIn(folder, RESUME);

    expect(beginning.kind).toBe('resume');
    expect(from.row).toBe(4);
  });

  it('goes on past the limit that it had, and stops at that where it is the same', async () => {
    const folder = await folderAfter({ settings: { limit: 1_000 } });
    await appendFile(join(folder, 'rows.csv'), '5,jug\n');

    expect((await planIn(folder, { ...RESUME, limit: 4 })).beginning.kind).toBe('finished');
    expect((await planIn(folder, { ...RESUME, limit: 5 })).beginning.kind).toBe('resume');
  });

  it('is refused where its output is gone', async () => {
    const folder = await folderAfter();
    await rm(join(folder, 'out.csv'));

    expect(await refusal(planIn(folder, RESUME))).toMatch(
      /is finished, but its output .* does not exist; --overwrite starts over/,
    );
    expect((await planIn(folder, OUT)).beginning).toMatchObject({
      kind: 'new',
      replaces: expect.any(String),
    });
  });

  it('is refused where rows are new and the output is not what the run left', async () => {
    const folder = await folderAfter();
    const { size } = await stat(join(folder, 'out.csv'));
    await appendFile(join(folder, 'out.csv'), 'a line by hand\n');

    expect((await planIn(folder, RESUME)).beginning.kind).toBe('finished');
    await appendFile(join(folder, 'rows.csv'), '5,jug\n');
    expect(await refusal(planIn(folder, RESUME))).toContain(
      `out.csv was changed since its run (${size} bytes then, ${size + 15} now): new rows cannot be put behind`,
    );
  });

  it('is refused where its last line was written on', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'rows.csv'), `${HEADER}1,mug`);
    await work(await planIn(folder, OUT), undefined, []);
    await appendFile(join(folder, 'rows.csv'), ' and saucer\n');

    expect(await refusal(planIn(folder, RESUME))).toMatch(/changed in the part that is done/);
  });

  it.each([
    ['unfinished', 'running', /a retry of .*out\.csv is unfinished; finish it first: batchai retry/],
    ['all but unfinished', 'finishing', /a retry of .*out\.csv is unfinished/],
  ] as const)('waits for a retry that is %s', async (_what, state, says) => {
    const folder = await folderAfter({ failing: [2] });
    await leaveRetry(folder, state);

    expect(await refusal(planIn(folder, RESUME))).toMatch(says);
  });

  it('does not wait for a retry that was killed when only its folder was left to be removed', async () => {
    const folder = await folderAfter({ failing: [2] });
    await leaveRetry(folder, 'finished');

    expect((await planIn(folder, RESUME)).beginning.kind).toBe('finished');
  });
});

async function leaveRetry(folder: string, state: Checkpoint['state']): Promise<void> {
  const kept = join(folder, 'out.csv.checkpoint');
  const checkpoint = JSON.parse(await readFile(join(kept, 'checkpoint.json'), 'utf8'));
  await mkdir(join(kept, 'retry'));
  await writeFile(join(kept, 'retry/checkpoint.json'), JSON.stringify({ ...checkpoint, state }));
}

describe('a run that was killed while it published its output', () => {
  it('goes on, to say that it is finished', async () => {
    const folder = await folderAfter();
    await changeCheckpoint(folder, () => ({ state: 'finishing' }));

    const plan = await planIn(folder, RESUME);
    expect(plan.beginning.kind).toBe('resume');
    const before = await readFile(join(folder, 'out.csv'));
    await work(plan, undefined, []);

    expect(await readFile(join(folder, 'out.csv'))).toEqual(before);
    expect((await planIn(folder, RESUME)).beginning.kind).toBe('finished');
  });

  it('goes on also where it had not published yet', async () => {
    const folder = await folderAfter();
    const before = await readFile(join(folder, 'out.csv'));
    await rename(join(folder, 'out.csv'), join(folder, 'out.csv.checkpoint/output.partial'));
    await changeCheckpoint(folder, () => ({ state: 'finishing' }));

    await work(await planIn(folder, RESUME), undefined, []);

    expect(await readFile(join(folder, 'out.csv'))).toEqual(before);
  });
});

describe('where there is no run', () => {
  it('--resume starts one', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'rows.csv'), HEADER + ROWS.join(''));

    expect((await planIn(folder, RESUME)).beginning).toEqual({ kind: 'new' });
  });

  it.each(['out.csv', 'out.csv.dead-letters.jsonl'])(
    'an existing %s is not touched without --overwrite',
    async (name) => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'rows.csv'), HEADER + ROWS.join(''));
      await writeFile(join(folder, name), 'precious');

      expect(await refusal(planIn(folder, OUT))).toMatch(
        /exists already: give -o another name, or --overwrite to discard it/,
      );
      expect(await refusal(planIn(folder, RESUME))).toMatch(
        /it has no checkpoint to resume from: --overwrite/,
      );
      expect((await planIn(folder, { ...OUT, existing: 'overwrite' })).beginning).toEqual({ kind: 'new' });
    },
  );

  it.each<[string, Partial<RunSettings>, RegExp]>([
    [
      'standard input',
      { input: '-', format: 'csv', output: 'out.csv' },
      /from standard input cannot be resumed/,
    ],
    ['standard output', { output: '-' }, /to standard output cannot be resumed/],
  ])('there can be none from or to %s', async (_what, settings, says) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'rows.csv'), HEADER + ROWS.join(''));

    expect(
      await refusal(planIn(folder, { ...settings, existing: 'resume' }, HEADER + ROWS.join(''))),
    ).toMatch(says);
  });
});
