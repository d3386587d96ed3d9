import type { AnswerMemory } from '../../batch/answer-memory.js';
import type { Executor } from '../../batch/batch.js';
import type { CachedAnswer, CachingExecutor } from '../../batch/caching-executor.js';
import type { ResultLedger } from '../../batch/result-ledger.js';
import { type EarlierResults, ResumingExecutor } from '../../batch/resuming-executor.js';
import { SharedQuestions } from '../../batch/shared-questions.js';
import { SharingExecutor } from '../../batch/sharing-executor.js';
import { UncalledRowExecutor } from '../../batch/uncalled-row-executor.js';
import type { CallErrorKind } from '../../fabric/call-error.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { RunWatch } from '../../monitor/run-watch.js';
import type { Row } from '../../rows/row.js';
import type { CachePlan } from '../plan/cache.js';
import { type UncalledRows, whyUncalled } from './uncalled-rows.js';

/** Whose answers rows may have without a call. */
export interface ReusePlan extends UncalledRows {
  /** What a row asks, as a short text and in full. */
  readonly questionOf: (row: Row) => string;
  readonly inputsTextOf: (row: Row) => string;
  readonly cache: CachePlan | undefined;
}

export interface ReuseOptions {
  /** Where results go. */
  readonly ledger: ResultLedger;
  /** What the journal has; undefined where nothing was interrupted. */
  readonly earlier?: EarlierResults;
  /** Undefined: rows that ask the same are each run. */
  readonly memory: AnswerMemory | undefined;
  /** ms since 1970. */
  readonly wallNow: () => number;
  readonly watch: Pick<RunWatch, 'notice'>;
}

/** How an executor is opened whose calls are to be spared. */
export interface AnswerReuse {
  /** The ledger of the executor within. */
  readonly ledger: ResultLedger;
  /**
   * Puts what spares calls around an executor. From the outside in: answers of the journal → rows that are not called → equal rows →
   * the cache → the executor, which runs the rest.
   */
  around(executor: Executor): Promise<Executor>;
}

/** Rows that ask the same are run once, and what the journal or the cache has is not run. */
export function reuseAnswers(
  plan: ReusePlan,
  { ledger, earlier, memory, wallNow, watch }: ReuseOptions,
): AnswerReuse {
  const { questionOf, inputsTextOf, cache } = plan;
  const questions = memory && new SharedQuestions({ questionOf, memory, isLasting, ledger });
  const innerLedger = questions ?? ledger;
  const around = async (executor: Executor): Promise<Executor> => {
    const caching =
      cache && (await withCache(executor, cache, { inputsTextOf, wallNow, watch, ledger: innerLedger }));
    const inner = caching ?? executor;
    const sharing = questions ? new SharingExecutor(inner, questions) : inner;
    const uncalled = new UncalledRowExecutor(sharing, whyUncalled(plan), ledger);
    if (earlier === undefined) return uncalled;
    return new ResumingExecutor(uncalled, caching ? cachingResumed(earlier, caching) : earlier);
  };
  return { ledger: innerLedger, around };
}

/** Another row that asks the same may have more luck where the service was slow or out of reach. */
const PASSING: ReadonlySet<CallErrorKind> = new Set([
  'timeout',
  'server',
  'network',
  'rate-limit',
  'overloaded',
  'unreachable',
]);

function isLasting(result: FinishedResult): boolean {
  return result.status === 'answered' || !PASSING.has(result.failure.kind);
}

interface CacheParts extends Pick<ReuseOptions, 'ledger' | 'wallNow' | 'watch'> {
  readonly inputsTextOf: (row: Row) => string;
}

/** Few runs have a cache; what keeps it takes a while to load. */
async function withCache(
  executor: Executor,
  plan: CachePlan,
  { inputsTextOf, wallNow, watch, ledger }: CacheParts,
): Promise<CachingExecutor> {
  const { FileCache } = await import('../../cache/answer-cache.js');
  const { CachingExecutor } = await import('../../batch/caching-executor.js');
  const onFailed = (error: Error) => watch.notice?.({ kind: 'cache-failed', error });
  const files = new FileCache({ ...plan, wallNow, onFailed });
  const cache = {
    find: (row: Row) => files.find(inputsTextOf(row)),
    keep: (row: Row, cached: CachedAnswer) => files.keep(inputsTextOf(row), cached),
  };
  return new CachingExecutor(executor, { cache, ledger });
}

/** A batch's answers go into the cache when it comes back, which it did not before the interruption. */
function cachingResumed(earlier: EarlierResults, caching: CachingExecutor): EarlierResults {
  return {
    finishedBefore: (row) => earlier.finishedBefore(row),
    resumed: async (result) => {
      await earlier.resumed(result);
      await caching.keep(result);
    },
  };
}
