import { describe, expect, it } from 'vitest';
import type { Executor } from '../../src/batch/batch.js';
import type { Fabric } from '../../src/fabric/fabric.js';
import type { RowResult } from '../../src/fabric/row-result.js';
import { GatedFabric } from '../batch/gated-fabric.js';
import { settled as settledHere } from '../batch/hand-executor.js';
import { batchOf, numbersOf } from '../batch/some-rows.js';

export interface OpenedExecutor {
  readonly executor: Executor;
  /** Stops the run, as an interruption does. */
  readonly stop: () => void;
  /** Comes back when everything that follows from what has happened so far has happened too, wherever it does. */
  readonly settled?: () => Promise<void>;
}

/** Opens the executor under test over a fabric, with so many calls at a time. It is closed by the test. */
export type OpenExecutor = (fabric: Fabric, concurrency: number) => Promise<OpenedExecutor>;

/** What every executor promises, whoever runs the rows. */
export function executorContract(name: string, open: OpenExecutor): void {
  async function opened(concurrency: number) {
    const fabric = new GatedFabric();
    return { fabric, settled: settledHere, ...(await open(fabric, concurrency)) };
  }

  /** Answers whatever is in flight until these batches are back. */
  async function answeringAll<T>(
    { fabric, settled }: { fabric: GatedFabric; settled: () => Promise<void> },
    batches: Promise<T>,
  ): Promise<T> {
    let back = false;
    const done = () => {
      back = true;
    };
    batches.then(done, done);
    while (!back) {
      fabric.answerAll();
      await settled();
    }
    return batches;
  }

  describe(`${name} keeps the contract of executors`, () => {
    it('a batch comes back with a result for each row, in the order of its rows', async () => {
      const { fabric, executor, settled } = await opened(3);
      const running = executor.run(batchOf(1, 3));
      await settled();

      for (const row of [3, 1, 2]) {
        fabric.answer(row);
        await settled();
      }
      const results = await running;

      expect(results).toMatchObject([
        { status: 'answered', row: { number: 1 }, answer: 'answer 1', calls: 1, latencyMs: 1 },
        { status: 'answered', row: { number: 2 }, answer: 'answer 2', calls: 1, latencyMs: 2 },
        { status: 'answered', row: { number: 3 }, answer: 'answer 3', calls: 1, latencyMs: 3 },
      ]);
      await executor.close();
    });

    it('a batch without rows comes back at once', async () => {
      const { executor } = await opened(1);

      expect(await executor.run({ ...batchOf(1, 1), rows: [] })).toEqual([]);
      await executor.close();
    });

    it('every row of many batches is called once', async () => {
      const { fabric, executor, settled } = await opened(4);
      const batches = [batchOf(1, 7), batchOf(8, 8), batchOf(9, 30)];

      const results = await answeringAll(
        { fabric, settled },
        Promise.all(batches.map((batch) => executor.run(batch))),
      );

      expect(results.map(numbersOf)).toEqual(batches.map(({ rows }) => rows.map((row) => row.number)));
      expect([...fabric.rows].sort((a, b) => a - b)).toEqual(
        Array.from({ length: 30 }, (_, index) => index + 1),
      );
      await executor.close();
    });

    it('batches come back in any order: a slow one delays no other', async () => {
      const { fabric, executor, settled } = await opened(2);
      const order: string[] = [];
      const slow = executor.run(batchOf(1, 1)).then(() => order.push('slow'));
      const fast = executor.run(batchOf(2, 4)).then(() => order.push('fast'));
      await settled();

      for (const row of [2, 3, 4]) {
        fabric.answer(row);
        await settled();
      }
      await fast;
      fabric.answer(1);
      await slow;

      expect(order).toEqual(['fast', 'slow']);
      await executor.close();
    });

    it('a row that fails is a result, and the others go on', async () => {
      const { fabric, executor, settled } = await opened(2);
      const running = executor.run(batchOf(1, 3));
      await settled();

      fabric.fail(1, 'unprocessable', 'the service answered 422: too short');
      await settled();
      await answeringAll({ fabric, settled }, running);

      expect(await running).toMatchObject([
        {
          status: 'failed',
          row: { number: 1 },
          calls: 1,
          failure: { kind: 'unprocessable', message: 'the service answered 422: too short', attempts: 1 },
        },
        { status: 'answered' },
        { status: 'answered' },
      ]);
      await executor.close();
    });

    it('a run that is stopped gives back the rows that it did not call', async () => {
      const { fabric, executor, stop, settled } = await opened(1);
      const running = Promise.all([executor.run(batchOf(1, 2)), executor.run(batchOf(3, 4))]);
      await settled();

      stop();
      await settled();
      fabric.answer(1);
      const [first, second] = await running;

      expect(first?.map((result) => result.status)).toEqual(['answered', 'abandoned']);
      expect(second?.map((result: RowResult) => result.status)).toEqual(['abandoned', 'abandoned']);
      expect(fabric.rows).toEqual([1]);
      await executor.close();
    });

    it('an error that is no row’s fault abandons its row and all that follow', async () => {
      const { fabric, executor, settled } = await opened(1);
      const running = executor.run(batchOf(1, 3));
      await settled();

      fabric.fail(1, 'auth');

      expect((await running).map((result) => result.status)).toEqual(['abandoned', 'abandoned', 'abandoned']);
      expect(fabric.rows).toEqual([1]);
      await executor.close();
    });

    it('it wants batches while it would be idle soon, and says when it wants more again', async () => {
      const { fabric, executor, settled } = await opened(1);
      let heard = 0;
      executor.onWant(() => {
        if (executor.wantsMore) heard++;
      });
      expect(executor.wantsMore).toBe(true);

      const running = executor.run(batchOf(1, 50));
      await settled();
      expect(executor.wantsMore).toBe(false);
      heard = 0;
      await answeringAll({ fabric, settled }, running);

      expect(executor.wantsMore).toBe(true);
      expect(heard).toBeGreaterThan(0);
      await executor.close();
    });

    it('closing it ends the calls in flight, whose rows are given back', async () => {
      const { fabric, executor, stop, settled } = await opened(2);
      const running = executor.run(batchOf(1, 3));
      await settled();

      stop();
      await executor.close();

      expect((await running).map((result) => result.status)).toEqual(['abandoned', 'abandoned', 'abandoned']);
      expect(fabric.inFlight).toBe(0);
      expect(fabric.rows).toEqual([1, 2]);
    });
  });
}
