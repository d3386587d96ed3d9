import { expect, it } from 'vitest';
import { AnswerMemory } from '../../../src/batch/answer-memory.js';
import type { Batch } from '../../../src/batch/batch.js';
import { FileCache } from '../../../src/cache/answer-cache.js';
import type { FinishedResult, RowResult } from '../../../src/fabric/row-result.js';
import type { RunNotice } from '../../../src/monitor/run-notice.js';
import type { Row } from '../../../src/rows/row.js';
import { reuseAnswers } from '../../../src/run/reuse/reuse-answers.js';
import { HandExecutor, settled } from '../../batch/hand-executor.js';
import { NotedLedger } from '../../batch/noted-ledger.js';
import { answered } from '../../batch/some-rows.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

/** Rows that ask these. */
function asking(...texts: readonly string[]): Batch {
  const rows = texts.map(
    (text, index) => ({ kind: 'cells', number: index + 1, cells: [text], text }) as const,
  );
  return { rows, unreadable: [], bytes: 0, end: { offset: 0, row: texts.length, line: 1, crc: 0 } };
}

function questionOf({ text }: Row): string {
  return Buffer.from(text).toString('base64url').padEnd(22, 'A').slice(0, 22);
}

function answersOf(results: readonly RowResult[]): unknown[] {
  return results.map((result) => (result.status === 'answered' ? result.answer : result.status));
}

async function aReuse(finishedBefore: (row: Row) => FinishedResult | undefined, folder?: string) {
  const ledger = new NotedLedger(undefined, finishedBefore);
  const memory = new AnswerMemory(64 * 1024);
  const plan = {
    questionOf,
    inputsTextOf: ({ text }: Row) => text,
    cache: folder === undefined ? undefined : { folder, ttlMs: undefined, fingerprint: {} },
  };
  const watch = { notice: (notice: RunNotice) => expect.fail(`${notice.kind}`) };
  const reuse = reuseAnswers(plan, { ledger, earlier: ledger, memory, wallNow: Date.now, watch });
  const inner = new HandExecutor();
  return { executor: await reuse.around(inner), inner, ledger, innerLedger: reuse.ledger, memory };
}

it('a row that is answered by the journal is neither recorded nor told again, whosever answer it has', async () => {
  const { executor, inner, ledger } = await aReuse((row) => {
    if (row.number === 1) return answered(row, 'own');
    const shared = { status: 'answered', row, answer: 'shared', calls: 0, latencyMs: 0 } as const;
    return { ...shared, reused: row.number === 2 ? 'run' : 'cache' };
  });

  expect(answersOf(await executor.run(asking('a', 'b', 'c')))).toEqual(['own', 'shared', 'shared']);
  expect(ledger.resumedResults).toHaveLength(3);
  expect([...ledger.recorded, ...ledger.finishedResults, ...inner.batches]).toEqual([]);
});

it('an answer that the journal has is shared with equal rows, which are not run', async () => {
  const { executor, inner, ledger, memory } = await aReuse((row) =>
    row.number === 1 ? answered(row, 'of a') : undefined,
  );
  // As the journal does when it is read.
  memory.restore(questionOf({ text: 'a' } as Row), { answer: 'of a' });

  expect(answersOf(await executor.run(asking('a', 'a')))).toEqual(['of a', 'of a']);
  expect(inner.batches).toEqual([]);
  expect(ledger.recorded).toMatchObject([{ row: { number: 2 }, reused: 'run' }]);
});

it('an answer that the journal has goes into the cache, which it did not before the interruption', async () => {
  const folder = await temporaryFolder();
  const { executor } = await aReuse((row) => answered(row, 'of a'), folder);

  await executor.run(asking('a'));

  const cache = new FileCache({
    folder,
    ttlMs: undefined,
    fingerprint: {},
    wallNow: Date.now,
    onFailed: () => {},
  });
  expect(await cache.find('a')).toEqual({ answer: 'of a' });
});

it('a result of the executor within answers the rows that wait for it as soon as it is there', async () => {
  const { executor, innerLedger, ledger } = await aReuse(() => undefined);
  const batch = asking('a', 'a', 'b');
  void executor.run(batch);
  await settled();

  const [row] = batch.rows;
  if (row === undefined) throw new Error('the batch has rows');
  innerLedger.finished(answered(row, 'of a'));
  await settled();

  expect(ledger.finishedResults).toMatchObject([
    { row: { number: 1 }, answer: 'of a' },
    { row: { number: 2 }, answer: 'of a', reused: 'run' },
  ]);
});
