import { LocalExecutor, type LocalExecutorOptions } from '../batch/local-executor.js';
import { CallError, type CallErrorKind } from '../fabric/call-error.js';
import type { Fabric } from '../fabric/fabric.js';
import { readLimitHeaders } from '../fabric/limit-headers.js';
import type { Clock } from '../limits/clock.js';
import { limited } from '../limits/limited.js';
import { limitedByAll } from '../limits/limited-by-all.js';
import { Limiter } from '../limits/limiter.js';
import { retrying } from '../limits/retrying.js';
import { openClient } from './open-client.js';
import { placeCalls } from './place-calls.js';
import type { Plan } from './plan.js';
import { answerSchemaOf } from './plan-fabric.js';
import { mostInAir } from './plan-limits.js';
import { type SharedLimit, shareLimit } from './share-limit.js';

/** Rows read ahead for each call in the air: enough that a call never waits for the reader. */
const BACKLOG_PER_CALL = 1;

/** How calls are made. */
export type CallPlan = Pick<
  Plan,
  'fabric' | 'concurrency' | 'rate' | 'tokensPerMinute' | 'attempts' | 'timeoutMs'
>;

/** What is done with rows and their results. */
export type RowSinks = Pick<
  LocalExecutorOptions,
  'inputsOf' | 'finishedBefore' | 'record' | 'finished' | 'abandoned' | 'stopRun'
>;

export interface Parts {
  readonly plan: CallPlan;
  readonly runId: string;
  readonly sinks: RowSinks;
  /** Aborted when no call may start any more. */
  readonly signal: AbortSignal;
  /** Hears that an answer is arriving, before it is read. */
  readonly onArrival?: () => void;
  /** Hears that a row is tried again. */
  readonly onRetry?: (kind: CallErrorKind) => void;
  /** A limit that other processes keep to as well; the plan's own rate is then none. */
  readonly sharedLimit?: SharedLimit;
  /** Stands around all other layers. */
  readonly outermost?: (next: Fabric) => Fabric;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

export interface ComposedCalls {
  readonly executor: LocalExecutor;
  /** Calls that have gone out and have not come back. */
  inAir(): number;
  /** From now on, so many calls may be in the air. */
  resize(calls: number): void;
}

/**
 * Puts the layers around the calls together; the only place that does. From the outside in:
 * executor (call slots) → retry → validation, where answers have a schema → limiter → the limit of all workers,
 * where there are others → client.
 */
export async function compose(parts: Parts): Promise<ComposedCalls> {
  const { plan, runId, sinks, signal, clock, random, sharedLimit } = parts;
  const limiter = new Limiter({ rate: plan.rate, tokensPerMinute: plan.tokensPerMinute, clock });
  const places = placeCalls(plan.concurrency, limiter, clock);
  const client = await openClient(plan.fabric, {
    runId,
    concurrency: mostInAir(plan),
    timeoutMs: plan.timeoutMs,
    wallNow: () => clock.wallNow(),
    onHeaders: (headers) => {
      const limits = readLimitHeaders(headers, clock.wallNow());
      // The service may not have counted the calls that are still in the air.
      if (limits) limiter.slowTo(limits, Math.max(0, client.inAir - 1));
    },
    onLateStart: (lateMs) => {
      limiter.startedLate();
      sharedLimit?.startedLate(lateMs);
    },
    onArrival: parts.onArrival ?? (() => {}),
  });
  const share = sharedLimit && shareLimit(limiter, sharedLimit, clock);
  const paced = limited(share ? limitedByAll(client, share.turns, sharedLimit) : client, limiter);
  const schema = answerSchemaOf(plan.fabric);
  const checked = schema === undefined ? paced : (await loadValidated())(paced, schema);
  const retried = retrying(checked, {
    attempts: plan.attempts,
    limiter: share?.limiter ?? limiter,
    clock,
    random,
    signal,
    whileWaiting: (wait) => places.slots.whileWaiting(wait, () => executor.startRows()),
    onRetry: (kind) => parts.onRetry?.(kind),
  });
  const close = () => {
    const reason = new CallError('aborted', 'the run stopped');
    limiter.close(reason);
    share?.turns.close(reason);
  };
  signal.addEventListener('abort', close, { once: true });
  const executor = new LocalExecutor({
    ...sinks,
    fabric: parts.outermost?.(retried) ?? retried,
    slots: places.slots,
    backlog: BACKLOG_PER_CALL * mostInAir(plan),
    finished: (result) => {
      places.finished(result);
      sinks.finished(result);
    },
    isStopped: () => signal.aborted,
    wallNow: () => clock.wallNow(),
  });
  return {
    executor,
    inAir: () => client.inAir,
    resize: (calls) => {
      places.slots.resize(calls);
      executor.startRows();
    },
  };
}

/** The checker of schemas takes a tenth of a second to load. */
async function loadValidated() {
  const { validated } = await import('../fabric/answer/validated.js');
  return validated;
}
