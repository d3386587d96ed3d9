import type { AnswerMemory } from '../../batch/answer-memory.js';
import type { Executor } from '../../batch/batch.js';
import { BlankRowExecutor } from '../../batch/blank-row-executor.js';
import type { CachedAnswer } from '../../batch/caching-executor.js';
import { SharingExecutor } from '../../batch/sharing-executor.js';
import type { RunStore } from '../../checkpoint/run-store.js';
import type { CallErrorKind } from '../../fabric/call-error.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import { isBlankRow, type Row } from '../../rows/row.js';
import type { CachePlan } from '../plan/cache.js';

/** Whose answers rows may have without a call. */
export interface ReusePlan {
  /** What a row asks, as a short text and in full. */
  readonly questionOf: (row: Row) => string;
  readonly inputsTextOf: (row: Row) => string;
  readonly cache: CachePlan | undefined;
}

export interface ReuseSurroundings {
  readonly store: Pick<RunStore, 'record' | 'finishedBefore'>;
  /** Undefined: rows that ask the same are each run. */
  readonly memory: AnswerMemory | undefined;
  /** Counts a result. */
  readonly count: (result: FinishedResult) => void;
  /** ms since 1970. */
  readonly wallNow: () => number;
  /** Hears that the cache cannot be used. */
  readonly cacheFailed: (error: Error) => void;
}

/** What happens to results where answers are reused. */
export interface Reuse {
  /** Puts a result where no crash loses it, and what was asked with it. */
  readonly record: (result: FinishedResult) => Promise<void>;
  /** Has to hear of every result of the executor within. */
  readonly finished: (result: FinishedResult) => void;
  /** Puts what reuses answers around an executor. */
  around(executor: Executor): Promise<Executor>;
}

/** Rows that ask the same are run once, and what the cache has is not run: around whatever runs the rest. */
export function reuseAnswers(
  { questionOf, inputsTextOf, cache }: ReusePlan,
  { store, memory, count, wallNow, cacheFailed }: ReuseSurroundings,
): Reuse {
  let sharing: SharingExecutor | undefined;
  const finishedBefore = (row: Row) => store.finishedBefore(row);
  const record = (result: FinishedResult) =>
    store.record(
      result,
      memory === undefined || result.reused === 'run' || !isLasting(result)
        ? undefined
        : (sharing?.questionOf(result.row) ?? questionOf(result.row)),
    );
  const finished = (result: FinishedResult) => {
    count(result);
    sharing?.finished(result);
  };
  const around = async (executor: Executor): Promise<Executor> => {
    const caching =
      cache === undefined
        ? executor
        : await withCache(executor, cache, {
            inputsTextOf,
            finishedBefore,
            record,
            finished,
            wallNow,
            cacheFailed,
          });
    if (memory === undefined) return new BlankRowExecutor(caching, isBlankRow, count);
    sharing = new SharingExecutor(caching, {
      questionOf,
      memory,
      isLasting,
      finishedBefore,
      record,
      finished: count,
    });
    return new BlankRowExecutor(sharing, isBlankRow, count);
  };
  return { record, finished, around };
}

interface CacheParts
  extends Pick<ReuseSurroundings, 'wallNow' | 'cacheFailed'>,
    Pick<Reuse, 'record' | 'finished'> {
  readonly inputsTextOf: (row: Row) => string;
  readonly finishedBefore: (row: Row) => FinishedResult | undefined;
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

/** Few runs have a cache; what keeps it takes a while to load. */
async function withCache(
  executor: Executor,
  plan: CachePlan,
  { inputsTextOf, wallNow, cacheFailed, ...sinks }: CacheParts,
): Promise<Executor> {
  const { FileCache } = await import('../../cache/answer-cache.js');
  const { CachingExecutor } = await import('../../batch/caching-executor.js');
  const files = new FileCache({ ...plan, wallNow, failed: cacheFailed });
  const cache = {
    find: (row: Row) => files.find(inputsTextOf(row)),
    keep: (row: Row, cached: CachedAnswer) => files.keep(inputsTextOf(row), cached),
  };
  return new CachingExecutor(executor, { cache, ...sinks });
}
