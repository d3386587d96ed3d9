import { CallError } from '../../fabric/call-error.js';
import type { Row } from '../../rows/row.js';
import type { ReusePlan } from '../reuse/reuse-answers.js';
import { whyUncalled } from '../reuse/uncalled-rows.js';
import type { BatchApiRows } from './batch-api-rows.js';
import type { MadeRequest } from './batch-replies.js';
import type { CanaryRow } from './canary-row.js';
import { RecentQuestions } from './recent-questions.js';
import type { CutterParts } from './shard-cutter.js';

/** Which rows are sent: those that need a call, each question once. */
export async function rowsToSend(
  { reuse, memory, finishedBefore, context }: BatchApiRows,
  canary: CanaryRow | undefined,
  requestOf: (row: Row) => MadeRequest | Promise<MadeRequest>,
): Promise<Pick<CutterParts, 'requestOf' | 'seen'>> {
  const { questionOf, inputsTextOf, cache } = reuse;
  const isUncalled = whyUncalled(reuse);
  const questions = memory === undefined && cache === undefined ? undefined : new RecentQuestions();
  const files = cache && (await openCache(cache, () => context.clock.wallNow()));
  return {
    seen: (row) => {
      questions?.add(questionOf(row));
    },
    requestOf: async (row) => {
      if (isUncalled(row) !== undefined) return undefined;
      const question = questions && questionOf(row);
      const isAskedAlready = question !== undefined && questions?.add(question) === false;
      if (isAskedAlready || finishedBefore(row) !== undefined) return undefined;
      if (question !== undefined && memory?.find(question) !== undefined) return undefined;
      if (files !== undefined && (await files.find(inputsTextOf(row))) !== undefined) return undefined;
      await canary?.done();
      if (canary?.is(row.number)) return undefined;
      try {
        return await requestOf(row);
      } catch (error) {
        // The row says so itself when its turn comes.
        if (error instanceof CallError) return undefined;
        throw error;
      }
    },
  };
}

async function openCache(plan: NonNullable<ReusePlan['cache']>, wallNow: () => number) {
  const { FileCache } = await import('../../cache/answer-cache.js');
  // The run looks there too, and says what is wrong with it.
  return new FileCache({ ...plan, wallNow, onFailed: () => {} });
}
