import { describe, expect, it } from 'vitest';
import { CallSlots } from '../../src/batch/call-slots.js';
import { LocalExecutor } from '../../src/batch/local-executor.js';
import { ResumingExecutor } from '../../src/batch/resuming-executor.js';
import { CallError } from '../../src/fabric/call-error.js';
import type { FinishedResult } from '../../src/fabric/row-result.js';
import type { Row } from '../../src/rows/row.js';
import { executorContract } from '../contracts/executor-contract.js';
import { HandExecutor, settled } from './hand-executor.js';
import { NotedLedger } from './noted-ledger.js';
import { answered, batchOf, numbersOf } from './some-rows.js';

function aResuming(finishedBefore: (row: Row) => FinishedResult | undefined) {
  const ledger = new NotedLedger(undefined, finishedBefore);
  const inner = new HandExecutor();
  return { executor: new ResumingExecutor(inner, ledger), inner, ledger };
}

executorContract('the executor that resumes', async (fabric, concurrency) => {
  const stops: CallError[] = [];
  const ledger = new NotedLedger();
  const local = new LocalExecutor({
    fabric,
    slots: new CallSlots(concurrency),
    backlog: concurrency,
    inputsOf: () => ({}),
    ledger,
    isStopped: () => stops.length > 0,
    stopRun: (error) => stops.push(error),
    wallNow: () => 0,
  });
  return {
    executor: new ResumingExecutor(local, ledger),
    stop: () => stops.push(new CallError('aborted', 'the run stopped')),
  };
});

describe('rows that were finished before an interruption', () => {
  it('are answered from there, counted once, and only the others are run', async () => {
    const { executor, inner, ledger } = aResuming((row) =>
      row.number % 2 === 0 ? answered(row, 'before') : undefined,
    );

    const running = executor.run(batchOf(1, 4));
    await settled();
    expect(numbersOf(ledger.resumedResults)).toEqual([2, 4]);
    inner.answer(4, 'now');

    expect((await running).map((result) => 'answer' in result && result.answer)).toEqual([
      'now',
      'before',
      'now',
      'before',
    ]);
    expect(inner.batches.map(({ rows }) => rows.map(({ number }) => number))).toEqual([[1, 3]]);
    expect(ledger.recorded).toEqual([]);
    expect(ledger.finishedResults).toEqual([]);
  });

  it('come back at once where they are a whole batch', async () => {
    const { executor, inner } = aResuming((row) => answered(row, 'before'));

    expect(numbersOf(await executor.run(batchOf(1, 3)))).toEqual([1, 2, 3]);
    expect(inner.batches).toEqual([]);
  });

  it('are told to the executor within where a call was made for them, so that it finds its batch again', async () => {
    const { executor, inner } = aResuming((row) => {
      const result = { status: 'answered', row, answer: 'before', calls: 0, latencyMs: 0 } as const;
      if (row.number === 1) return { ...result, calls: 1 };
      if (row.number === 2) return { ...result, reused: 'run' };
      return row.number === 3 ? { ...result, reused: 'cache' } : undefined;
    });

    void executor.run(batchOf(1, 4));
    void executor.run(batchOf(5, 6));

    expect(inner.batches.map(({ ranBefore }) => ranBefore?.map(({ number }) => number))).toEqual([
      [1],
      undefined,
    ]);
  });

  it('fail their batch where they cannot be kept, together with what is run', async () => {
    const inner = new HandExecutor();
    const full = new Error('the disk is full');
    const executor = new ResumingExecutor(inner, {
      finishedBefore: (row) => (row.number === 1 ? answered(row) : undefined),
      resumed: () => Promise.reject(full),
    });

    await expect(executor.run(batchOf(1, 2))).rejects.toBe(full);
  });
});
