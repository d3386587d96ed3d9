import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallSlots } from '../../src/batch/call-slots.js';
import { LocalExecutor, type LocalExecutorOptions } from '../../src/batch/local-executor.js';
import { CallError } from '../../src/fabric/call-error.js';
import type { Fabric } from '../../src/fabric/fabric.js';
import { executorContract } from '../contracts/executor-contract.js';
import { runs } from '../support/runs.js';
import { GatedFabric } from './gated-fabric.js';
import { settled } from './hand-executor.js';
import { NotedLedger } from './noted-ledger.js';
import { batchOf, numbersOf } from './some-rows.js';

interface Setting extends Partial<LocalExecutorOptions> {
  readonly concurrency?: number;
  readonly ledger?: NotedLedger;
  /** Wraps the fabric, as a layer does. */
  readonly layer?: (fabric: Fabric, slots: CallSlots, startRows: () => void) => Fabric;
}

function anExecutor({ concurrency = 2, layer, ...options }: Setting = {}) {
  const fabric = new GatedFabric();
  const slots = new CallSlots(concurrency);
  const ledger = options.ledger ?? new NotedLedger();
  const seen = { stops: [] as CallError[] };
  const executor: LocalExecutor = new LocalExecutor({
    fabric: layer === undefined ? fabric : layer(fabric, slots, () => executor.startRows()),
    slots,
    backlog: concurrency,
    inputsOf: (row) => ({ number: row.number }),
    isStopped: () => seen.stops.length > 0,
    stopRun: (error) => seen.stops.push(error),
    wallNow: () => Date.UTC(2024, 0, 2, 3, 4, 5),
    ...options,
    ledger,
  });
  return { executor, fabric, slots, seen, ledger };
}

executorContract('the local executor', async (fabric, concurrency) => {
  const { executor, seen } = anExecutor({ concurrency, layer: () => fabric });
  return { executor, stop: () => seen.stops.push(new CallError('aborted', 'the run stopped')) };
});

describe('calls in the air', () => {
  it('are never more than the slots, and never fewer while rows remain', async () => {
    const schedule = fc.record({
      concurrency: fc.integer({ min: 1, max: 6 }),
      batches: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 6 }),
      picks: fc.infiniteStream(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(schedule, async ({ concurrency, batches, picks }) => {
        const { executor, fabric } = anExecutor({ concurrency });
        let last = 0;
        const running = batches.map((rows) => {
          const first = last + 1;
          last += rows;
          return executor.run(batchOf(first, last));
        });

        for (let left = last; left > 0; left--) {
          await settled();
          expect(fabric.inFlight).toBe(Math.min(concurrency, left));
          const row = fabric.rowsInFlight[(picks.next().value ?? 0) % fabric.inFlight];
          if (row !== undefined) fabric.answer(row);
        }
        await Promise.all(running);

        expect(fabric.maxInFlight).toBe(Math.min(concurrency, last));
        expect(fabric.rows).toEqual(Array.from({ length: last }, (_, index) => index + 1));
      }),
      { numRuns: runs(30) },
    );
  });

  it('go on over the borders of batches', async () => {
    const { executor, fabric } = anExecutor({ concurrency: 3 });
    const running = [executor.run(batchOf(1, 2)), executor.run(batchOf(3, 4))];
    await settled();

    expect(fabric.rowsInFlight).toEqual([1, 2, 3]);
    fabric.answer(2);
    await settled();
    expect(fabric.rowsInFlight).toEqual([1, 3, 4]);
    fabric.answerAll();
    await Promise.all(running);
  });

  it('get the inputs of their rows', async () => {
    const inputs: unknown[] = [];
    const layer = (fabric: Fabric): Fabric => ({
      run: (call) => {
        inputs.push({ row: call.row, ...call.inputs, calls: call.calls, attempts: call.attempts });
        return fabric.run(call);
      },
      inFlight: 0,
      close: () => fabric.close(),
    });
    const { executor, fabric } = anExecutor({ layer });
    const running = executor.run(batchOf(7, 8));
    await settled();
    fabric.answerAll();
    await running;

    expect(inputs).toEqual([
      { row: 7, number: 7, calls: 0, attempts: 0 },
      { row: 8, number: 8, calls: 0, attempts: 0 },
    ]);
  });
});

describe('a row that waits before its next attempt', () => {
  /** Rows wait before their first call until `goOn` is called for them, as a retry does before its second. */
  function waitingRows(isWaiting: (row: number) => boolean) {
    const waiting = new Map<number, () => void>();
    const layer: Setting['layer'] = (fabric, slots, startRows) => ({
      run: async (call) => {
        if (isWaiting(call.row)) {
          await slots.whileWaiting(
            () => new Promise<void>((resolve) => waiting.set(call.row, resolve)),
            startRows,
          );
        }
        return fabric.run(call);
      },
      inFlight: 0,
      close: () => fabric.close(),
    });
    return { layer, goOn: (row: number) => waiting.get(row)?.() };
  }

  it('lends its slot, so that as many calls as ever are in the air', async () => {
    const { layer } = waitingRows((row) => row <= 5);
    const { executor, fabric } = anExecutor({ concurrency: 2, layer });

    void executor.run(batchOf(1, 20));
    await settled();

    expect(fabric.rowsInFlight).toEqual([6, 7]);
  });

  it('goes on at once when its wait is over, before rows that have not started', async () => {
    const { layer, goOn } = waitingRows((row) => row === 1);
    const { executor, fabric } = anExecutor({ concurrency: 2, layer });
    void executor.run(batchOf(1, 20));
    await settled();
    expect(fabric.rowsInFlight).toEqual([2, 3]);

    goOn(1);
    await settled();

    expect(fabric.rowsInFlight).toEqual([2, 3, 1]);
  });

  it('gets its slot back from the next row that is done', async () => {
    const { layer, goOn } = waitingRows((row) => row === 1);
    const { executor, fabric } = anExecutor({ concurrency: 2, layer });
    void executor.run(batchOf(1, 20));
    await settled();
    goOn(1);
    await settled();

    fabric.answer(3);
    await settled();
    expect(fabric.rowsInFlight).toEqual([2, 1]);
    fabric.answer(1);
    await settled();
    expect(fabric.rowsInFlight).toEqual([2, 4]);
  });

  it('gives the loan back where its wait fails', async () => {
    const slots = new CallSlots(1);

    const waiting = slots.whileWaiting(
      () => Promise.reject(new Error('stopped')),
      () => expect(slots.hasFree).toBe(true),
    );
    await expect(waiting).rejects.toThrow('stopped');

    const call = slots.run(() => new Promise(() => {}), undefined);
    expect(slots.hasFree).toBe(false);
    void call;
  });
});

describe('a result', () => {
  it('is recorded before its slot is given to another row, and heard of after that', async () => {
    let recorded = () => {};
    const { executor, fabric, ledger } = anExecutor({
      concurrency: 1,
      ledger: new NotedLedger(
        () =>
          new Promise((resolve) => {
            recorded = resolve;
          }),
      ),
    });
    const running = executor.run(batchOf(1, 2));
    await settled();

    fabric.answer(1);
    await settled();
    expect(fabric.rows).toEqual([1]);
    expect(ledger.finishedResults).toEqual([]);
    recorded();
    await settled();
    expect(fabric.rows).toEqual([1, 2]);
    expect(numbersOf(ledger.finishedResults)).toEqual([1]);

    fabric.answer(2);
    await settled();
    recorded();
    await running;
  });

  it('that cannot be recorded fails its batch', async () => {
    const { executor, fabric, ledger } = anExecutor({
      ledger: new NotedLedger(() => Promise.reject(new Error('the disk is full'))),
    });
    const running = executor.run(batchOf(1, 2));
    await settled();

    fabric.answerAll();

    await expect(running).rejects.toThrow('the disk is full');
    expect(ledger.finishedResults).toEqual([]);
  });

  it('that cannot be recorded lets no other row start, whose answer would be lost as well', async () => {
    const { executor, fabric } = anExecutor({
      concurrency: 3,
      ledger: new NotedLedger(() => Promise.reject(new Error('the disk is full'))),
    });
    const running = executor.run(batchOf(1, 20));
    await settled();

    fabric.answerAll();

    await expect(running).rejects.toThrow('the disk is full');
    await settled();
    expect(fabric.rows).toEqual([1, 2, 3]);
  });

  it('of a failed row says what, how often and when', async () => {
    const { executor, fabric, ledger } = anExecutor();
    const running = executor.run(batchOf(1, 1));
    await settled();

    fabric.failWith(1, new CallError('server', 'the service answered 502', { status: 502 }));

    const result = {
      status: 'failed',
      row: { number: 1 },
      calls: 1,
      failure: {
        kind: 'server',
        status: 502,
        message: 'the service answered 502',
        attempts: 1,
        failedAt: '2024-01-02T03:04:05.000Z',
      },
    };
    expect(await running).toMatchObject([result]);
    expect(ledger.recorded).toMatchObject([result]);
    expect(ledger.finishedResults).toMatchObject([result]);
  });
});

describe('an error that is no row’s fault', () => {
  it.each(['auth', 'unknown-fabric', 'no-credit', 'misconfigured', 'no-success'] as const)(
    '(%s) stops the run, and no row is blamed',
    async (kind) => {
      const { executor, fabric, seen, ledger } = anExecutor({ concurrency: 2 });
      const running = executor.run(batchOf(1, 5));
      await settled();

      fabric.fail(1, kind);
      await settled();
      fabric.answer(2);

      expect((await running).map((result) => result.status)).toEqual([
        'abandoned',
        'answered',
        'abandoned',
        'abandoned',
        'abandoned',
      ]);
      expect(seen.stops).toMatchObject([{ kind }]);
      expect(ledger.abandonedCalls).toEqual([1]);
      expect(numbersOf(ledger.recorded)).toEqual([2]);
      expect(fabric.rows).toEqual([1, 2]);
    },
  );

  it('(aborted) abandons its row without stopping anything', async () => {
    const { executor, fabric, seen, ledger } = anExecutor();
    const running = executor.run(batchOf(1, 1));
    await settled();

    fabric.fail(1, 'aborted');

    expect(await running).toMatchObject([{ status: 'abandoned', calls: 1 }]);
    expect(seen.stops).toEqual([]);
    expect(ledger.abandonedCalls).toEqual([1]);
    expect(ledger.recorded).toEqual([]);
  });

  it('that nobody foresaw fails the batch', async () => {
    const { executor, fabric, ledger } = anExecutor();
    const running = executor.run(batchOf(1, 1));
    await settled();

    fabric.failWith(1, new TypeError('a mistake of ours'));

    await expect(running).rejects.toThrow('a mistake of ours');
    expect(ledger.recorded).toEqual([]);
  });
});

describe('the backlog', () => {
  it('is what it wants to have waiting', async () => {
    const { executor, fabric } = anExecutor({ concurrency: 2, backlog: 3 });
    void executor.run(batchOf(1, 4));
    await settled();
    // Two are in the air, two wait.
    expect(executor.wantsMore).toBe(true);

    void executor.run(batchOf(5, 6));
    await settled();
    expect(executor.wantsMore).toBe(false);

    fabric.answer(1);
    fabric.answer(2);
    await settled();
    expect(executor.wantsMore).toBe(true);
  });
});
