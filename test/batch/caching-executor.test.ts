import { describe, expect, it } from 'vitest';
import { type CachedAnswer, CachingExecutor } from '../../src/batch/caching-executor.js';
import { CallSlots } from '../../src/batch/call-slots.js';
import { LocalExecutor } from '../../src/batch/local-executor.js';
import type { Answer, Fabric } from '../../src/fabric/fabric.js';
import { executorContract } from '../contracts/executor-contract.js';
import { GatedFabric } from './gated-fabric.js';
import { settled } from './hand-executor.js';
import { NotedLedger } from './noted-ledger.js';
import { batchOf } from './some-rows.js';

interface Setting {
  readonly concurrency?: number;
  readonly fabric?: Fabric;
  /** What is in the cache, by row number. */
  readonly kept?: Record<number, Answer>;
}

function aCaching({ concurrency = 10, fabric: other, kept = {} }: Setting = {}) {
  const fabric = new GatedFabric();
  const cache = new Map<number, CachedAnswer>(
    Object.entries(kept).map(([row, answer]) => [Number(row), { answer }]),
  );
  const seen = { stopped: false };
  const ledger = new NotedLedger();
  const local = new LocalExecutor({
    ledger,
    fabric: other ?? fabric,
    slots: new CallSlots(concurrency),
    backlog: concurrency,
    inputsOf: (row) => ({ number: row.number }),
    isStopped: () => seen.stopped,
    stopRun: () => {
      seen.stopped = true;
    },
    wallNow: () => 0,
  });
  const executor = new CachingExecutor(local, {
    ledger,
    cache: {
      find: async (row) => cache.get(row.number),
      keep: async (row, answer) => void cache.set(row.number, answer),
    },
  });
  return { executor, fabric, cache, seen, ledger };
}

executorContract('the executor with a cache', async (fabric, concurrency) => {
  const { executor, seen } = aCaching({ concurrency, fabric });
  return {
    executor,
    stop: () => {
      seen.stopped = true;
    },
  };
});

describe('an executor with a cache', () => {
  it('calls only what is not there, keeps that, and gives all back in order', async () => {
    const { executor, fabric, cache, ledger } = aCaching({ kept: { 2: 'kept 2', 3: null } });

    const running = executor.run(batchOf(1, 4));
    await settled();
    fabric.answerAll();

    expect(await running).toMatchObject([
      { answer: 'answer 1', calls: 1 },
      { answer: 'kept 2', calls: 0, reused: 'cache' },
      { answer: null, calls: 0, reused: 'cache' },
      { answer: 'answer 4', calls: 1 },
    ]);
    expect(fabric.rows).toEqual([1, 4]);
    expect([...cache.keys()]).toEqual([2, 3, 1, 4]);
    expect(ledger.finishedResults.length).toBe(4);
  });

  it('keeps the model that answered, and gives it back with the answer', async () => {
    const fabric: Fabric = {
      run: async (call) => {
        call.calls++;
        return { answer: 'answer 1', latencyMs: 1, model: 'another' };
      },
      inFlight: 0,
      close: async () => {},
    };
    const { executor, cache } = aCaching({ fabric });
    cache.set(2, { answer: 'kept 2', model: 'a third' });

    const results = await executor.run(batchOf(1, 2));

    expect(cache.get(1)?.model).toBe('another');
    expect(results[1]).toMatchObject({ answer: 'kept 2', model: 'a third', reused: 'cache' });
  });

  it('keeps no failure', async () => {
    const { executor, fabric, cache } = aCaching();

    const running = executor.run(batchOf(1, 2));
    await settled();
    fabric.fail(1, 'unprocessable');
    fabric.answer(2);
    await running;

    expect([...cache.keys()]).toEqual([2]);
  });
});
