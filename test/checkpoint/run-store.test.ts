import { hash } from 'node:crypto';
import { appendFileSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AnswerMemory, QUESTION_LENGTH } from '../../src/batch/answer-memory.js';
import { asFarAsItIs, CheckpointError } from '../../src/checkpoint/checkpoint-file.js';
import { OutputDamagedError } from '../../src/checkpoint/output-damaged.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import type { Row } from '../../src/rows/row.js';
import { gzipMembers } from '../support/gzip-members.js';
import { until } from '../support/until.js';
import { answered, batchOf, failed, HEADER, rowOf, type SomeRun, someRun } from './some-run.js';

const SECOND = 1_000;
const lineOf = (n: number) => `row ${n},answer ${n}\n`;

describe('the memory of a run that is resumed', () => {
  const questionOf = ({ text }: { readonly text: string }) =>
    hash('sha256', text, 'base64url').slice(0, QUESTION_LENGTH);
  const FIRST_BYTES = 4_096;
  const remembering = (most = 16 * FIRST_BYTES) => {
    const memory = new AnswerMemory(FIRST_BYTES, most);
    return { memory, questionOf };
  };
  /** Commits rows one by one, each with a checkpoint. */
  const work = async (run: SomeRun, from: number, to: number) => {
    for (let n = from; n <= to; n++) {
      await run.store.record(answered(n), questionOf(rowOf(n)));
      await run.store.commit(batchOf([answered(n)]));
    }
    await run.store.save();
  };

  it('stays as large as it was, however often the run is killed', async () => {
    let run = await someRun(undefined, remembering());
    let memory = new AnswerMemory();
    for (let kill = 0; kill < 4; kill++) {
      await work(run, 200 * kill + 1, 200 * kill + 200);
      const again = remembering();
      memory = again.memory;
      run = await run.killedAndReopened(again);
    }

    expect(memory.capacity).toBe(FIRST_BYTES);
    expect(memory.find(questionOf(rowOf(800)))).toEqual({ answer: 'answer 800' });
  });

  it('has the room and all the answers that it had', async () => {
    const before = remembering();
    const run = await someRun(undefined, before);
    before.memory.add(questionOf(rowOf(0)), { answer: 'found' });
    before.memory.find(questionOf(rowOf(0)));
    for (let n = 1; n <= 150; n++) before.memory.add(questionOf(rowOf(n)), { answer: `answer ${n}` });
    await work(run, 1, 150);

    const after = remembering();
    await run.killedAndReopened(after);

    expect(before.memory.capacity).toBe(2 * FIRST_BYTES);
    expect(after.memory.capacity).toBe(before.memory.capacity);
    expect(after.memory.find(questionOf(rowOf(1)))).toEqual({ answer: 'answer 1' });
  });
});

describe('a run store that is opened', () => {
  it('has a checkpoint from the first moment on', async () => {
    const run = await someRun();

    expect(await run.checkpoint()).toMatchObject({
      state: 'running',
      rowsCommitted: 0,
      inputOffset: 5,
      outputOffset: HEADER.length,
    });
    expect(await run.output()).toBe(HEADER);
  });

  it('writes the header only once', async () => {
    const run = await someRun();

    const again = await run.killedAndReopened();

    expect(await again.output()).toBe(HEADER);
  });

  it('cuts output and dead letters back to what the checkpoint vouches for', async () => {
    const run = await someRun();
    await run.store.commit(batchOf([answered(1), failed(2)]));
    await run.store.save();
    const home = run.killed();
    appendFileSync(join(home, 'run/output.partial'), 'row 3,half an ans');
    appendFileSync(join(home, 'dead.jsonl'), '{"row":3}\n{"ro');

    const again = await someRun(home);

    expect(await again.output()).toBe(`${HEADER}${lineOf(1)}row 2,\n`);
    expect(await again.letters()).toBe('{"row":2}\n');
    expect(again.store.position).toEqual({ offset: 25, row: 2, line: 4, crc: 2 });
  });

  it('is refused where the output has less than the checkpoint vouches for', async () => {
    const run = await someRun();
    await run.store.commit(batchOf([answered(1)]));
    await run.store.save();
    const home = run.killed();
    truncateSync(join(home, 'run/output.partial'), 3);

    await expect(someRun(home)).rejects.toThrow(CheckpointError);
  });

  it('keeps counting and keeps the time that was spent', async () => {
    const run = await someRun();
    await run.store.commit(batchOf([answered(1), failed(2)]));
    await run.clock.advance(5 * SECOND);
    await run.store.save();

    const again = await run.killedAndReopened();
    await again.store.commit(batchOf([answered(3)]));
    await again.clock.advance(2 * SECOND);
    await again.store.save();

    expect(await again.checkpoint()).toMatchObject({ elapsedMs: 7 * SECOND, rowsCommitted: 3 });
    expect(again.tally).toMatchObject({ succeeded: 2, failed: 1, calls: 5, retries: 2 });
  });
});

describe('a compressed output', () => {
  const compressed = {
    compressed: true,
    encoder: {
      header: HEADER,
      encode: (result: FinishedResult) =>
        `${result.row.text},${result.status === 'answered' ? result.answer : ''}\n`,
      letter: (result: FinishedResult) =>
        result.status === 'failed' ? `{"row":${result.row.number}}\n` : '',
      unreadableLetter: () => '',
    },
  };
  const membersOf = async (run: SomeRun) =>
    gzipMembers(await readFile(join(run.folder, 'output.partial'))).map(({ text }) => text);

  it('has its header in one member with its first rows, however often a checkpoint was saved before', async () => {
    const run = await someRun(undefined, compressed);
    expect(await membersOf(run)).toEqual([]);
    await run.store.save();
    const again = await run.killedAndReopened(compressed);

    await again.store.commit(batchOf([answered(1)]));
    await again.store.commit(batchOf([answered(2)]));
    await again.store.finish();

    expect(await membersOf(again)).toEqual([HEADER + lineOf(1) + lineOf(2)]);
  });

  it('has its header where there are no rows', async () => {
    const run = await someRun(undefined, compressed);

    await run.store.finish();

    expect(await membersOf(run)).toEqual([HEADER]);
  });

  it('gathers a MiB for each member, and checkpoints tell meanwhile how far the run is', async () => {
    let heard = () => {};
    const run = await someRun(undefined, { ...compressed, saved: () => heard() });
    const long = 'x'.repeat(300 * 1024);
    for (let n = 1; n <= 9; n++) {
      const saved = new Promise<void>((resolve) => {
        heard = resolve;
      });
      await run.clock.advance(2 * SECOND);
      await run.store.commit(batchOf([n === 2 ? failed(n) : answered(n, long)]));
      await saved;
      await setImmediate();
      const checkpoint = await run.checkpoint();
      expect(asFarAsItIs(checkpoint).rowsCommitted).toBe(n);
      expect(checkpoint.rowsCommitted).toBe(n < 5 ? 0 : n < 9 ? 5 : 9);
      expect(asFarAsItIs(checkpoint).counts).toMatchObject({ failed: n < 2 ? 0 : 1 });
      expect(await run.letters()).toBe(n < 2 ? '' : '{"row":2}\n');
    }

    const sizes = (await membersOf(run)).map((text) => text.length);

    expect(sizes).toHaveLength(2);
    expect(Math.min(...sizes)).toBeGreaterThan(1024 * 1024);
  });

  it('is written again from the journal after a crash, without a call', async () => {
    const run = await someRun(undefined, compressed);
    const results = [answered(1), failed(2), answered(3)];
    for (const result of results) {
      await run.store.record(result);
      await run.clock.advance(2 * SECOND);
      await run.store.commit(batchOf([result]));
    }

    const again = await run.killedAndReopened(compressed);
    expect(again.store.position.row).toBe(0);
    const found = results.map(({ row }) => again.store.finishedBefore(row));
    expect(found).toEqual(results);
    await again.store.commit(batchOf(results));
    await again.store.finish();

    expect(await membersOf(again)).toEqual([`${HEADER}${lineOf(1)}row 2,\n${lineOf(3)}`]);
    expect(await again.letters()).toBe('{"row":2}\n');
    expect(await again.checkpoint()).not.toHaveProperty('ahead');
  });
});

describe('a result that was recorded', () => {
  it('comes back after a crash, answered or failed, as it was', async () => {
    const run = await someRun();
    await Promise.all([answered(2), failed(3)].map((result) => run.store.record(result)));

    const again = await run.killedAndReopened();

    expect(again.store.finishedBefore(rowOf(1))).toBeUndefined();
    expect(again.store.finishedBefore(rowOf(2))).toEqual(answered(2));
    expect(again.store.finishedBefore(rowOf(3))).toEqual(failed(3));
  });

  it('comes back after a second crash too', async () => {
    const run = await someRun();
    await run.store.record(answered(2));
    const second = await run.killedAndReopened();
    await second.store.record(answered(3));

    const third = await second.killedAndReopened();

    expect([2, 3].map((n) => third.store.finishedBefore(rowOf(n)))).toEqual([answered(2), answered(3)]);
  });

  it.each([
    ['no outcome', '{"row":3,"crc":1}'],
    ['no mark of its row', '{"row":3,"answer":"x","calls":1,"ms":1}'],
    ['a count that is none', '{"row":3,"crc":1,"answer":"x","calls":"1","ms":1}'],
    ['a failure that says nothing', '{"row":3,"crc":1,"failure":{},"calls":1}'],
    ['another kind of value', '["row",3]'],
  ])('comes back beside a line with %s, which is passed over', async (_, line) => {
    const run = await someRun();
    await run.store.record(answered(2));
    await writeFile(join(run.folder, 'journal-000009.jsonl'), `${line}\n`);

    const again = await run.killedAndReopened();

    expect([2, 3].map((n) => again.store.finishedBefore(rowOf(n)))).toEqual([answered(2), undefined]);
  });

  it('keeps an answer that is an object, and text of any kind', async () => {
    const run = await someRun();
    const answers = [{ a: [1, null, 'é\n"🦊\u2028'] }, '', ['x'], 0.1, null];
    const results = answers.map((answer, index) => ({ ...answered(index + 1), answer }));
    await Promise.all(results.map((result) => run.store.record(result)));

    const again = await run.killedAndReopened();

    expect(results.map(({ row }) => again.store.finishedBefore(row))).toEqual(results);
  });

  it.each([
    ['with', (text: string) => text],
    ['without', () => undefined],
  ])('is not given to another row that stands in its place now (%s its question)', async (_, questionOf) => {
    const run = await someRun();
    const before = answered(2);
    await run.store.record(before, questionOf(before.row.text));

    const again = await run.killedAndReopened();

    const mended = rowOf(2, 'row 2, mended');
    expect(again.store.finishedBefore(before.row)).toEqual(before);
    expect(again.store.finishedBefore(mended)).toBeUndefined();
    await again.store.record({ ...answered(2, 'new'), row: mended }, questionOf(mended.text));
    const third = await again.killedAndReopened();
    expect(third.store.finishedBefore(mended)).toMatchObject({ answer: 'new' });
  });

  it('is still that of a row whose text has changed, but not what it asks', async () => {
    const questionOf = ({ number }: Row) => `question-${number}`;
    const run = await someRun(undefined, { questionOf });
    const before = answered(2);
    await run.store.record(before, questionOf(before.row));

    const again = await run.killedAndReopened({ questionOf });

    const noted = rowOf(2, 'row 2, with a note');
    expect(again.store.finishedBefore(noted)).toEqual({ ...before, row: noted });
  });

  it('comes back no more once it is committed, though it still stands in the journal', async () => {
    const run = await someRun();
    await run.store.record(answered(1));
    await run.store.commit(batchOf([answered(1)]));
    await run.store.save();

    const again = await run.killedAndReopened();

    expect(await readFile(join(again.folder, 'journal-000001.jsonl'), 'utf8').catch(() => '')).toBe('');
    expect(again.store.finishedBefore(rowOf(1))).toBeUndefined();
  });

  it('comes back where it was committed, but no checkpoint vouched for that', async () => {
    const run = await someRun();
    await run.store.record(answered(1));
    await run.store.commit(batchOf([answered(1)]));

    const again = await run.killedAndReopened();

    expect(again.store.finishedBefore(rowOf(1))).toEqual(answered(1));
    expect(await again.output()).toBe(HEADER);
    expect(again.tally.succeeded).toBe(0);
  });
});

describe('a commit', () => {
  it('goes out with the next checkpoint, within a second of work', async () => {
    const run = await someRun();
    await run.store.commit(batchOf([answered(1)]));
    expect(await run.checkpoint()).toMatchObject({ rowsCommitted: 0 });

    await run.clock.advance(SECOND);
    await run.store.commit(batchOf([answered(2)]));
    await run.store.save();

    expect(await run.checkpoint()).toMatchObject({
      rowsCommitted: 2,
      inputOffset: 25,
      inputLine: 4,
      inputCrc: 2,
    });
    expect(await run.output()).toBe(HEADER + lineOf(1) + lineOf(2));
  });

  it('is saved within a second where no other follows: the next batch may wait for a slow row', async () => {
    const run = await someRun();
    await run.store.commit(batchOf([answered(1)]));
    await run.store.commit(batchOf([answered(2)]));

    await run.clock.advance(SECOND);
    await until(async () => (await run.checkpoint()).rowsCommitted === 2);

    expect(await run.output()).toBe(HEADER + lineOf(1) + lineOf(2));
    await run.store.commit(batchOf([answered(3)]));
    await run.store.save();
    expect(run.clock.timers).toBe(0);
    expect(run.failures).toEqual([]);
  });

  it('does not wait for the disk: rows that come meanwhile are not vouched for', async () => {
    const run = await someRun();
    await run.clock.advance(SECOND);
    await run.store.commit(batchOf([answered(1)]));
    await run.store.commit(batchOf([answered(2)]));
    await run.clock.advance(SECOND);
    await run.store.commit(batchOf([answered(3)]));
    await run.store.save();
    const home = run.killed();

    const again = await someRun(home);

    expect(again.store.position.row).toBe(3);
    expect(await again.output()).toBe(HEADER + lineOf(1) + lineOf(2) + lineOf(3));
  });

  it('keeps dead letters in the order of the rows, unreadable ones among them', async () => {
    const run = await someRun();

    await run.store.commit(batchOf([failed(1), answered(2), failed(4)], [3, 5]));
    await run.store.save();

    expect(await run.letters()).toBe(
      '{"row":1}\n{"row":3,"unreadable":true}\n{"row":4}\n{"row":5,"unreadable":true}\n',
    );
    expect(await run.output()).toBe(`${HEADER}row 1,\n${lineOf(2)}row 4,\n`);
    expect(run.tally).toMatchObject({ succeeded: 1, failed: 4 });
  });

  it('makes no file of dead letters where no row failed', async () => {
    const run = await someRun();

    await run.store.commit(batchOf([answered(1)]));
    await run.store.save();

    expect(readdirSync(join(run.folder, '..'))).toEqual(['run']);
    expect(await run.checkpoint()).toMatchObject({ deadLettersOffset: 0 });
  });

  it('counts calls that led to nothing', async () => {
    const run = await someRun();

    run.store.noteAbandoned(3);
    await run.store.save();

    expect((await run.checkpoint()).counts).toMatchObject({ calls: 3, retries: 2, succeeded: 0 });
  });
});

describe('the checkpoint file', () => {
  it('does not grow with the rows that are done', async () => {
    const run = await someRun();
    const size = () => statSync(join(run.folder, 'checkpoint.json')).size;
    const results = (from: number) =>
      Array.from({ length: 1000 }, (_, index) => ({ ...answered(from + index), latencyMs: 1 + (index % 7) }));
    await run.store.commit(batchOf(results(1)));
    await run.store.save();
    const afterOne = size();

    for (let thousand = 1; thousand < 20; thousand++)
      await run.store.commit(batchOf(results(1 + 1000 * thousand)));
    await run.store.save();

    // A digit more here and there.
    expect(size() - afterOne).toBeLessThan(40);
  });
});

describe('a run that finishes', () => {
  it('flushes, vouches, publishes, says so, and drops the journal', async () => {
    const states: unknown[] = [];
    const run = await someRun(undefined, {
      publish: async (rows) => void states.push([(await run.checkpoint()).state, rows, await run.output()]),
    });
    await run.store.record(answered(1));
    await run.store.commit(batchOf([answered(1)]));

    await run.store.finish();

    expect(states).toEqual([['finishing', { rows: 1, outputRows: 1 }, HEADER + lineOf(1)]]);
    expect((await run.checkpoint()).state).toBe('finished');
    expect(readdirSync(run.folder).sort()).toEqual(['checkpoint.json', 'output.partial']);
  });

  it('is left as finishing by a crash while it is published, with nothing left to do but that', async () => {
    const run = await someRun(undefined, { publish: () => Promise.reject(new Error('killed here')) });
    await run.store.record(answered(1));
    await run.store.commit(batchOf([answered(1)]));
    await expect(run.store.finish()).rejects.toThrow('killed here');
    expect((await run.checkpoint()).state).toBe('finishing');

    const again = await run.killedAndReopened();
    await again.store.finish();

    expect(again.store.position.row).toBe(1);
    expect(await again.output()).toBe(HEADER + lineOf(1));
    expect((await again.checkpoint()).state).toBe('finished');
  });

  it('goes on later, behind its last row, where its journal was still there', async () => {
    const run = await someRun();
    await run.store.record(answered(1));
    await run.store.commit(batchOf([answered(1)]));
    await run.store.finish();
    const home = run.killed();
    await writeFile(
      join(home, 'run/journal-000001.jsonl'),
      '{"row":1,"crc":0,"answer":"old","calls":1,"ms":1}\n',
    );

    const again = await someRun(home);
    expect((await again.checkpoint()).state).toBe('running');
    await again.store.commit(batchOf([answered(2)]));
    await again.store.finish();

    expect(await again.output()).toBe(HEADER + lineOf(1) + lineOf(2));
  });
});

describe('an output that is not what was written', () => {
  /** Three rows, whose first one is changed while the run is interrupted, or at work. */
  async function damagedRun() {
    const run = await someRun(undefined, { publish: async () => void published.push('published') });
    const published: string[] = [];
    const long = 'x'.repeat(100_000);
    await run.store.commit(batchOf([answered(1, long)]));
    await run.store.commit(batchOf([answered(2, long)]));
    await run.store.save();
    return { run, published };
  }

  it('is told by its end when the run is opened again', async () => {
    const { run } = await damagedRun();
    const home = run.killed();
    const output = join(home, 'run/output.partial');
    await writeFile(output, (await readFile(output, 'utf8')).replace(/x\n$/, 'y\n'));

    await expect(someRun(home)).rejects.toThrow('output.partial is another file or was edited');
  });

  it('is told before it is published, wherever it was changed', async () => {
    const { run, published } = await damagedRun();
    const output = join(run.folder, 'output.partial');
    await writeFile(output, (await readFile(output, 'utf8')).replace('row 1,xx', 'row 1,xy'));

    await expect(run.store.finish()).rejects.toThrow(OutputDamagedError);

    expect(published).toEqual([]);
    expect((await run.checkpoint()).state).toBe('finishing');
  });

  it('counts the rows in it over interruptions, without those that were put aside', async () => {
    const run = await someRun();
    await run.store.commit(batchOf([answered(1), failed(3)], [2]));
    await run.store.save();

    const again = await run.killedAndReopened();
    await again.store.commit(batchOf([answered(4)], [5]));
    await again.store.finish();

    expect(await again.checkpoint()).toMatchObject({ rowsCommitted: 5, outputRows: 3 });
  });
});

it('tells in the background of a checkpoint that cannot be written', async () => {
  const run = await someRun();
  await run.clock.advance(SECOND);
  await mkdir(join(run.folder, 'checkpoint.json.new'));

  await run.store.commit(batchOf([answered(1)]));
  await expect(run.store.save()).rejects.toThrow('EISDIR');

  expect(run.failures.map(({ message }) => message)).toEqual([expect.stringContaining('EISDIR')]);
});
