import type { Executor } from '../batch/batch.js';
import { CallSlots } from '../batch/call-slots.js';
import { LocalExecutor } from '../batch/local-executor.js';
import type { RunStore } from '../checkpoint/run-store.js';
import { CallError } from '../fabric/call-error.js';
import type { Fabric } from '../fabric/fabric.js';
import { readLimitHeaders } from '../fabric/limit-headers.js';
import type { PrompthaOptions } from '../fabric/promptha/promptha-fabric.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { Clock } from '../limits/clock.js';
import { limited } from '../limits/limited.js';
import { Limiter } from '../limits/limiter.js';
import { retrying } from '../limits/retrying.js';
import type { LiveCounts } from '../monitor/live-counts.js';
import type { JsonObject, Row } from '../rows/row.js';
import type { Plan } from './plan.js';
import type { RunStop } from './stop.js';

/** Rows read ahead for each call in the air: enough that a call never waits for the reader. */
const BACKLOG_PER_CALL = 1;

/** How calls are made. */
export type CallPlan = Pick<Plan, 'fabric' | 'concurrency' | 'rate' | 'attempts' | 'timeoutMs'>;

export interface Parts {
  readonly plan: CallPlan;
  readonly runId: string;
  readonly inputsOf: (row: Row) => JsonObject;
  readonly store: Pick<RunStore, 'finishedBefore' | 'expectResult' | 'record' | 'noteAbandoned'>;
  readonly stop: RunStop;
  readonly counts: LiveCounts;
  /** Hears of every new result, once it is safe. */
  readonly finished: (result: FinishedResult) => void;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
}

/**
 * Puts the layers around the calls together; the only place that does. From the outside in:
 * executor (call slots) → retry → limiter → client.
 */
export async function compose({
  plan,
  runId,
  inputsOf,
  store,
  stop,
  counts,
  finished,
  clock,
  random,
}: Parts): Promise<Executor> {
  const limiter = new Limiter({ rate: plan.rate, clock });
  const slots = new CallSlots(plan.concurrency);
  const client = await openClient(plan, runId, clock, {
    onHeaders: (headers) => {
      const limits = readLimitHeaders(headers, clock.wallNow());
      // The service may not have counted the calls that are still in the air.
      if (limits)
        limiter.slowTo({ ...limits, remaining: limits.remaining - Math.max(0, counts.inAir() - 1) });
    },
    onLateStart: () => limiter.startedLate(),
    onArrival: () => store.expectResult(),
  });
  counts.inAir = () => client.inAir;
  const fabric = retrying(limited(client, limiter), {
    attempts: plan.attempts,
    limiter,
    clock,
    random,
    signal: stop.signal,
    whileWaiting: (wait) => slots.whileWaiting(wait, () => executor.startRows()),
    onRetry: () => {
      counts.retrying++;
    },
  });
  stop.signal.addEventListener('abort', () => limiter.close(new CallError('aborted', 'the run stopped')), {
    once: true,
  });
  const executor = new LocalExecutor({
    fabric,
    slots,
    backlog: BACKLOG_PER_CALL * plan.concurrency,
    inputsOf,
    finishedBefore: (row) => {
      const result = store.finishedBefore(row);
      if (result !== undefined) counts.tally.add(result);
      return result;
    },
    finished,
    record: (result) => store.record(result),
    abandoned: (calls) => store.noteAbandoned(calls),
    isStopped: () => stop.signal.aborted,
    stopRun: (error) => stop.request({ kind: 'service', error }),
    wallNow: () => clock.wallNow(),
  });
  return executor;
}

/** The client itself, loaded only when it is the one that is used. */
async function openClient(
  plan: CallPlan,
  runId: string,
  clock: Clock,
  listeners: Pick<PrompthaOptions, 'onHeaders' | 'onLateStart' | 'onArrival'>,
): Promise<Fabric> {
  const { fabric, concurrency, timeoutMs } = plan;
  if (fabric.kind === 'local') {
    const { openLocalFabric } = await import('../fabric/local/open-local-fabric.js');
    return openLocalFabric(fabric.name);
  }
  const { prompthaFabric } = await import('../fabric/promptha/promptha-fabric.js');
  return prompthaFabric({
    baseUrl: fabric.baseUrl,
    apiKey: fabric.apiKey,
    fabricId: fabric.id,
    runId,
    concurrency,
    timeoutMs,
    ...listeners,
    wallNow: () => clock.wallNow(),
  });
}
