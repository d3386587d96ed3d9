import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CompletedBatch } from '../../src/batch/batch.js';
import { BatchTransform } from '../../src/batch/batch-transform.js';
import type { RowBlock } from '../../src/rows/row.js';
import { runs } from '../support/runs.js';
import { HandExecutor, settled } from './hand-executor.js';
import { blockOf, blocksTo, numbersOf } from './some-rows.js';

const WIDE = { rows: 1_000_000, bytes: 1_000_000_000 };

interface Flow {
  readonly batchSize?: number;
  readonly window?: { rows: number; bytes: number };
  readonly executor?: HandExecutor;
}

/** Blocks on their way through a BatchTransform to a writer that keeps what it gets. */
function flowing(
  blocks: Iterable<RowBlock>,
  { batchSize = 2, window = WIDE, executor = new HandExecutor() }: Flow,
) {
  let blocksRead = 0;
  function* counted() {
    for (const block of blocks) {
      blocksRead++;
      yield block;
    }
  }
  const written: CompletedBatch[] = [];
  const writer = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(completed: CompletedBatch, _encoding, callback) {
      written.push(completed);
      callback();
    },
  });
  const batches = new BatchTransform({ batchSize, window, executor });
  const ended = pipeline(Readable.from(counted(), { highWaterMark: 1 }), batches, writer);
  // A test that expects a failure awaits it; all others may leave the flow as it is.
  ended.catch(() => {});
  onTestFinished(() => void writer.destroy());
  return {
    executor,
    batches,
    ended,
    written,
    get rowsWritten() {
      return written.flatMap(({ results }) => numbersOf(results));
    },
    get blocksRead() {
      return blocksRead;
    },
  };
}

describe('batches', () => {
  it('hold as many rows as they are to, whatever blocks the rows come in', async () => {
    for (const blockRows of [1, 2, 3, 6]) {
      // Blocks of a reader end at every multiple of the batch size.
      const blocks =
        blockRows === 3 ? [blockOf(1, 3), blockOf(4, 6), blockOf(7, 9)] : blocksTo(10, blockRows);
      const flow = flowing(blocks, { batchSize: 6 });
      await settled();

      expect(flow.executor.batches[0]?.rows.map((row) => row.number)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(flow.executor.batches[0]).toMatchObject({ end: { row: 6 }, bytes: 60 });
      expect(flow.executor.batches).toHaveLength(2);
    }
  });

  it('take along the records between their rows that cannot be read', async () => {
    const bad = { number: 2, line: 3, problem: 'torn', raw: 'x' };
    const first = { ...blockOf(1, 1) };
    const second = { ...blockOf(3, 4), unreadable: [bad] };
    const flow = flowing([first, second], { batchSize: 4 });
    await settled();

    expect(flow.executor.batches).toMatchObject([{ unreadable: [bad], end: { row: 4 } }]);
    expect(flow.executor.batches[0]?.rows.map((row) => row.number)).toEqual([1, 3, 4]);
  });

  it('without any good row pass too, so that their bad rows are committed', async () => {
    const bad = { number: 1, line: 2, problem: 'torn', raw: 'x' };
    const flow = flowing([{ ...blockOf(1, 1), rows: [], unreadable: [bad] }], { batchSize: 1 });
    await settled();
    flow.executor.answer(1);
    await flow.ended;

    expect(flow.written).toMatchObject([{ batch: { unreadable: [bad] }, results: [] }]);
  });

  it('of an empty input are none, and the stream ends', async () => {
    const flow = flowing([], {});

    await flow.ended;

    expect(flow.executor.batches).toEqual([]);
  });
});

describe('order', () => {
  it('is that of the input, in whatever order batches finish', async () => {
    const schedule = fc.record({
      rows: fc.integer({ min: 0, max: 40 }),
      batchSize: fc.integer({ min: 1, max: 5 }),
      windowRows: fc.integer({ min: 1, max: 30 }),
      picks: fc.infiniteStream(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(schedule, async ({ rows, batchSize, windowRows, picks }) => {
        const flow = flowing(blocksTo(rows, 1), { batchSize, window: { rows: windowRows, bytes: 1e9 } });
        let ended = false;
        void flow.ended.then(() => {
          ended = true;
        });
        await settled();
        while (!ended) {
          const { inFlight } = flow.executor;
          expect(flow.executor.rowsInFlight).toBeLessThan(windowRows + batchSize);
          const pick = inFlight[(picks.next().value ?? 0) % Math.max(1, inFlight.length)];
          if (pick !== undefined) flow.executor.answer(pick);
          await settled();
        }

        expect(flow.rowsWritten).toEqual(Array.from({ length: rows }, (_, index) => index + 1));
      }),
      { numRuns: runs(30) },
    );
  });
});

describe('the window', () => {
  it('lets no more rows in than it holds, counted from the oldest that is not written', async () => {
    const flow = flowing(blocksTo(100, 2), { batchSize: 2, window: { rows: 10, bytes: 1e9 } });
    await settled();

    expect(flow.executor.inFlight).toEqual([2, 4, 6, 8, 10]);
    flow.executor.answer(4);
    flow.executor.answer(10);
    await settled();
    expect(flow.executor.inFlight).toEqual([2, 6, 8]);
    flow.executor.answer(2);
    await settled();
    expect(flow.executor.inFlight).toEqual([6, 8, 12, 14]);
    expect(flow.rowsWritten).toEqual([1, 2, 3, 4]);
  });

  it('is no barrier: a slow first batch keeps none from starting until the window is full', async () => {
    const flow = flowing(blocksTo(100, 2), { batchSize: 2, window: { rows: 20, bytes: 1e9 } });
    await settled();

    for (let lastRow = 4; lastRow <= 20; lastRow += 2) {
      expect(flow.executor.inFlight).toContain(lastRow);
      flow.executor.answer(lastRow);
      await settled();
    }
    expect(flow.executor.inFlight).toEqual([2]);
    expect(flow.rowsWritten).toEqual([]);
  });

  it('counts the bytes of rows', async () => {
    const flow = flowing(blocksTo(100, 2), { batchSize: 2, window: { rows: 1e6, bytes: 50 } });
    await settled();

    expect(flow.executor.inFlight).toEqual([2, 4, 6]);
  });

  it('counts the bytes of answers that wait for an earlier row', async () => {
    const flow = flowing(blocksTo(100, 2), { batchSize: 2, window: { rows: 1e6, bytes: 100 } });
    await settled();
    expect(flow.executor.inFlight).toEqual([2, 4, 6, 8, 10]);

    flow.executor.answer(6, 'x'.repeat(1_000));
    await settled();
    flow.executor.answer(2, '');
    await settled();
    expect(flow.executor.inFlight).toEqual([4, 8, 10]);

    // Once it has left, its answers no longer count.
    flow.executor.answer(4, '');
    await settled();
    expect(flow.executor.inFlight).toEqual([8, 10, 12, 14, 16]);
  });

  it('always lets one batch in, be it larger than the window', async () => {
    const flow = flowing(blocksTo(9, 3), { batchSize: 3, window: { rows: 1, bytes: 1 } });
    await settled();

    for (const lastRow of [3, 6, 9]) {
      expect(flow.executor.inFlight).toEqual([lastRow]);
      flow.executor.answer(lastRow);
      await settled();
    }
    await flow.ended;
    expect(flow.rowsWritten).toHaveLength(9);
  });
});

describe('backpressure', () => {
  it('holds the reader back while nobody takes what is finished', async () => {
    const executor = new HandExecutor();
    const stream = new BatchTransform({ batchSize: 2, window: { rows: 10, bytes: 1e9 }, executor });
    let blocksRead = 0;
    const blocks = function* () {
      for (const block of blocksTo(1_000, 2)) {
        blocksRead++;
        yield block;
      }
    };
    Readable.from(blocks()).pipe(stream);
    onTestFinished(() => void stream.destroy());

    for (let turn = 0; turn < 50; turn++) {
      for (const lastRow of executor.inFlight) executor.answer(lastRow);
      await settled();
    }

    // The window, one batch that waits to be taken, and what the streams' own buffers hold.
    expect(executor.batches.length).toBeLessThanOrEqual(7);
    expect(blocksRead).toBeLessThan(60);
    expect(executor.inFlight).toEqual([]);
  });

  it('goes on as soon as somebody takes it', async () => {
    const executor = new HandExecutor();
    const stream = new BatchTransform({ batchSize: 2, window: { rows: 4, bytes: 1e9 }, executor });
    Readable.from(blocksTo(20, 2)).pipe(stream);
    const taken: number[] = [];
    await settled();
    for (const lastRow of executor.inFlight) executor.answer(lastRow);
    await settled();

    stream.on('data', ({ results }: CompletedBatch) => taken.push(...numbersOf(results)));
    while (taken.length < 20) {
      for (const lastRow of executor.inFlight) executor.answer(lastRow);
      await settled();
    }

    expect(taken).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it('waits for an executor that wants no more', async () => {
    const executor = new HandExecutor();
    executor.wantsMore = false;
    const flow = flowing(blocksTo(10, 2), { executor });
    await settled();
    const before = executor.batches.length;

    executor.wantsMore = true;
    await settled();

    expect(before).toBeLessThanOrEqual(1);
    expect(executor.batches).toHaveLength(5);
    for (const lastRow of executor.inFlight) executor.answer(lastRow);
    await flow.ended;
    expect(flow.rowsWritten).toHaveLength(10);
  });

  it('does not read on for an executor that asks while the window is full', async () => {
    const flow = flowing(blocksTo(100, 2), { window: { rows: 4, bytes: 1e9 } });
    await settled();

    flow.executor.wantsMore = true;
    await settled();

    expect(flow.executor.inFlight).toEqual([2, 4]);
  });
});

describe('a run that is stopped', () => {
  it('ends the stream after the last whole batch before the first abandoned row', async () => {
    const flow = flowing(blocksTo(8, 2), {});
    await settled();

    flow.executor.answer(8);
    flow.executor.abandon(6, (row) => row.number === 6);
    flow.executor.answer(2);
    flow.executor.answer(4);
    await flow.ended;

    expect(flow.rowsWritten).toEqual([1, 2, 3, 4]);
  });

  it('waits for the batches that are still in the air', async () => {
    const flow = flowing(blocksTo(6, 2), {});
    await settled();
    let ended = false;
    void flow.ended.then(() => {
      ended = true;
    });

    flow.executor.abandon(4);
    flow.executor.abandon(6);
    await settled();
    expect(ended).toBe(false);
    flow.executor.answer(2);
    await flow.ended;

    expect(flow.rowsWritten).toEqual([1, 2]);
  });

  it('ends even where the window was full and its oldest row is abandoned', async () => {
    // The reader ends when the run stops, but it has read a little ahead.
    const flow = flowing(blocksTo(10, 2), { window: { rows: 4, bytes: 1e9 } });
    await settled();
    expect(flow.executor.inFlight).toEqual([2, 4]);

    flow.executor.abandon(2);
    flow.executor.abandon(4);
    for (let turn = 0; turn < 5; turn++) {
      await settled();
      for (const lastRow of flow.executor.inFlight) flow.executor.abandon(lastRow);
    }
    await flow.ended;

    expect(flow.rowsWritten).toEqual([]);
  });
});

describe('an executor that fails', () => {
  it('fails the stream with its error', async () => {
    const flow = flowing(blocksTo(10, 2), {});
    await settled();

    flow.executor.fail(4, new Error('the disk is full'));

    await expect(flow.ended).rejects.toThrow('the disk is full');
    expect(flow.rowsWritten).toEqual([]);
  });

  it('gives nothing more out, even what is answered afterwards', async () => {
    const flow = flowing(blocksTo(10, 2), {});
    await settled();

    flow.executor.fail(4, new Error('the disk is full'));
    flow.executor.fail(6, new Error('still full'));
    flow.executor.answer(2);
    await expect(flow.ended).rejects.toThrow('the disk is full');
    await settled();

    expect(flow.rowsWritten.length).toBeLessThanOrEqual(2);
  });
});

describe('whether it waits for a slow row', () => {
  const WINDOW = { window: { rows: 6, bytes: 1_000_000 } };

  it('it does while the oldest batch is out and the window is full', async () => {
    const { executor, batches } = flowing(blocksTo(20, 2), WINDOW);
    await settled();
    executor.answer(4);
    executor.answer(6);
    await settled();

    expect(batches.waitsForSlowRow).toBe(true);
    executor.answer(2);
    await settled();
    expect(executor.inFlight).toEqual([8, 10, 12]);
  });

  it('it does not while the window has room, or the executor has enough to do', async () => {
    const withRoom = flowing(blocksTo(4, 2), WINDOW);
    const busy = flowing(blocksTo(20, 2), WINDOW);
    await settled();
    busy.executor.wantsMore = false;

    expect(withRoom.batches.waitsForSlowRow).toBe(false);
    expect(busy.batches.waitsForSlowRow).toBe(false);
  });

  it('it does not where a slow writer holds rows back', async () => {
    const executor = new HandExecutor();
    const batches = new BatchTransform({ batchSize: 2, executor, ...WINDOW });
    onTestFinished(() => void batches.destroy());
    Readable.from(blocksTo(40, 2)).pipe(batches);
    await settled();

    for (let last = 2; executor.inFlight.includes(last); last += 2) {
      executor.answer(last);
      await settled();
    }

    expect(executor.inFlight).toEqual([]);
    expect(batches.waitsForSlowRow).toBe(false);
  });
});
