import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AnswerMemory } from '../../src/batch/answer-memory.js';
import type { Batch } from '../../src/batch/batch.js';
import { CallSlots } from '../../src/batch/call-slots.js';
import { LocalExecutor } from '../../src/batch/local-executor.js';
import { SharedQuestions } from '../../src/batch/shared-questions.js';
import { SharingExecutor } from '../../src/batch/sharing-executor.js';
import type { Fabric } from '../../src/fabric/fabric.js';
import type { RowResult } from '../../src/fabric/row-result.js';
import type { Row } from '../../src/rows/row.js';
import { executorContract } from '../contracts/executor-contract.js';
import { GatedFabric } from './gated-fabric.js';
import { settled } from './hand-executor.js';
import { NotedLedger } from './noted-ledger.js';

interface Setting {
  readonly concurrency?: number;
  readonly ledger?: NotedLedger;
  readonly memory?: AnswerMemory;
  readonly fabric?: Fabric;
}

/** Rows ask the same where their texts are the same. */
function aSharing({
  concurrency = 10,
  fabric: other,
  memory = new AnswerMemory(64 * 1024),
  ...options
}: Setting = {}) {
  const fabric = new GatedFabric();
  const seen = { stopped: false };
  const ledger = options.ledger ?? new NotedLedger();
  const questions = new SharedQuestions({
    questionOf,
    memory,
    isLasting: (result) => result.status === 'answered' || result.failure.kind !== 'server',
    ledger,
  });
  const local = new LocalExecutor({
    fabric: other ?? fabric,
    slots: new CallSlots(concurrency),
    backlog: concurrency,
    inputsOf: (row) => ({ text: row.text }),
    ledger: questions,
    isStopped: () => seen.stopped,
    stopRun: () => {
      seen.stopped = true;
    },
    wallNow: () => 0,
  });
  return { executor: new SharingExecutor(local, questions), fabric, seen, ledger };
}

function questionOf({ text }: Row): string {
  return Buffer.from(text).toString('base64url').padEnd(22, 'A').slice(0, 22);
}

/** A batch whose rows ask these, from this number on. */
function asking(texts: readonly string[], first = 1): Batch {
  const rows = texts.map(
    (text, index) => ({ kind: 'cells', number: first + index, cells: [text], text }) as const,
  );
  const row = first + texts.length - 1;
  return { rows, unreadable: [], bytes: texts.length, end: { offset: row, row, line: row + 1, crc: 0 } };
}

function answersOf(results: readonly RowResult[]): unknown[] {
  return results.map((result) => (result.status === 'answered' ? result.answer : result.status));
}

executorContract('the executor that shares answers', async (fabric, concurrency) => {
  const { executor, seen } = aSharing({ concurrency, fabric });
  return {
    executor,
    stop: () => {
      seen.stopped = true;
    },
  };
});

describe('rows that ask the same', () => {
  it('are called once, in one batch and over batches, in flight and later', async () => {
    const { executor, fabric } = aSharing();

    const first = executor.run(asking(['a', 'b', 'a']));
    const second = executor.run(asking(['a', 'c'], 4));
    await settled();
    fabric.answer(1, 'of a');
    fabric.answer(2, 'of b');
    fabric.answer(5, 'of c');
    const results = [await first, await second, await executor.run(asking(['c', 'b', 'a'], 6))];

    expect(results.map(answersOf)).toEqual([
      ['of a', 'of b', 'of a'],
      ['of a', 'of c'],
      ['of c', 'of b', 'of a'],
    ]);
    expect(fabric.rows).toEqual([1, 2, 5]);
  });

  it('are called as often as there are different ones, at any concurrency, and come back in order', async () => {
    const files = fc.record({
      concurrency: fc.integer({ min: 1, max: 9 }),
      batches: fc.array(fc.array(fc.nat(7).map(String), { minLength: 1, maxLength: 9 }), {
        minLength: 1,
        maxLength: 9,
      }),
      failing: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(
        files,
        fc.infiniteStream(fc.nat()),
        async ({ concurrency, batches, failing }, picks) => {
          const { executor, fabric, ledger } = aSharing({ concurrency });
          const texts = batches.flat();
          let first = 1;
          const running = batches.map((batch) => {
            const results = executor.run(asking(batch, first));
            first += batch.length;
            return results;
          });
          await settled();

          while (fabric.inFlight > 0) {
            const row = fabric.rowsInFlight[(picks.next().value ?? 0) % fabric.inFlight] ?? 0;
            const text = texts[row - 1] ?? '';
            if (text === String(failing)) fabric.fail(row, 'unprocessable');
            else fabric.answer(row, `of ${text}`);
            await settled();
          }
          const results = (await Promise.all(running)).flat();

          expect(answersOf(results)).toEqual(
            texts.map((text) => (text === String(failing) ? 'failed' : `of ${text}`)),
          );
          expect(results.map(({ row }) => row.number)).toEqual(texts.map((_, index) => index + 1));
          expect(fabric.rows.length).toBe(new Set(texts).size);
          expect(ledger.recorded.length).toBe(texts.length);
          expect(ledger.finishedResults.length).toBe(texts.length);
        },
      ),
    );
  });

  it('take no place among the calls in the air', async () => {
    const { executor, fabric } = aSharing({ concurrency: 2 });

    const running = executor.run(asking(['a', 'a', 'a', 'b']));
    await settled();

    expect(fabric.rowsInFlight).toEqual([1, 4]);
    fabric.answerAll();
    expect((await running).map(({ calls }) => calls)).toEqual([1, 0, 0, 1]);
  });

  it('share a failure, each with a result of its own that says so', async () => {
    const { executor, fabric, ledger } = aSharing();

    const running = executor.run(asking(['a', 'a']));
    await settled();
    fabric.fail(1, 'unprocessable', 'too short');
    await running;
    const later = await executor.run(asking(['a'], 3));

    expect([...(await running), ...later]).toMatchObject([
      { status: 'failed', row: { number: 1 }, calls: 1, failure: { message: 'too short' } },
      { status: 'failed', row: { number: 2 }, calls: 0, reused: 'run', failure: { message: 'too short' } },
      { status: 'failed', row: { number: 3 }, calls: 0, reused: 'run', failure: { message: 'too short' } },
    ]);
    expect(ledger.recorded.map(({ row }) => row.number)).toEqual([1, 2, 3]);
    expect(fabric.rows).toEqual([1]);
  });

  it('are asked again where the service was out of order for the first', async () => {
    const { executor, fabric } = aSharing();
    const first = executor.run(asking(['a']));
    await settled();
    fabric.fail(1, 'server');
    await first;

    const second = executor.run(asking(['a'], 2));
    await settled();
    fabric.answer(2, 'of a');

    expect(answersOf(await second)).toEqual(['of a']);
  });

  it('are given back with the one that they wait for when the run stops', async () => {
    const { executor, fabric, seen } = aSharing();
    const running = Promise.all([executor.run(asking(['a', 'b'])), executor.run(asking(['b', 'a'], 3))]);
    await settled();

    seen.stopped = true;
    fabric.answer(1, 'of a');
    fabric.fail(2, 'aborted');

    expect((await running).map(answersOf)).toEqual([
      ['of a', 'abandoned'],
      ['abandoned', 'of a'],
    ]);
  });

  it('have the result that one of them had before an interruption', async () => {
    const memory = new AnswerMemory(64 * 1024);
    memory.restore(questionOf(asking(['a']).rows[0] as Row), { answer: 'of a' });
    const { executor, fabric, ledger } = aSharing({ memory });

    const results = await executor.run(asking(['a', 'a'], 2));

    expect(answersOf(results)).toEqual(['of a', 'of a']);
    expect(fabric.rows).toEqual([]);
    expect(ledger.recorded).toMatchObject([
      { row: { number: 2 }, calls: 0, reused: 'run' },
      { row: { number: 3 }, calls: 0, reused: 'run' },
    ]);
    expect(ledger.finishedResults).toEqual(ledger.recorded);
  });

  it('fail their batches, and nothing else, when a result cannot be kept', async () => {
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('unhandledRejection', hear);
    onTestFinished(() => void process.off('unhandledRejection', hear));
    const full = new Error('the disk is full');
    const { executor, fabric } = aSharing({ ledger: new NotedLedger(() => Promise.reject(full)) });
    const batches = [executor.run(asking(['a', 'b', 'a', 'c'])), executor.run(asking(['b', 'd', 'a'], 5))];
    const outcomes = Promise.allSettled(batches);
    await settled();

    fabric.answerAll();
    await settled();
    const [first, second] = await outcomes;
    await settled();

    expect([first, second]).toEqual([
      { status: 'rejected', reason: full },
      { status: 'rejected', reason: full },
    ]);
    expect(unheard).toEqual([]);
  });
});
