import type { Executor } from '../batch/batch.js';
import { LocalExecutor } from '../batch/local-executor.js';
import type { RunStore } from '../checkpoint/run-store.js';
import { CallError } from '../fabric/call-error.js';
import { readLimitHeaders } from '../fabric/limit-headers.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { Clock } from '../limits/clock.js';
import { limited } from '../limits/limited.js';
import { Limiter } from '../limits/limiter.js';
import { retrying } from '../limits/retrying.js';
import type { LiveCounts } from '../monitor/live-counts.js';
import type { JsonObject, Row } from '../rows/row.js';
import { openClient } from './open-client.js';
import { placeCalls } from './place-calls.js';
import type { Plan } from './plan.js';
import { answerSchemaOf } from './plan-fabric.js';
import { mostInAir } from './plan-limits.js';
import type { RunStop } from './stop.js';

/** Rows read ahead for each call in the air: enough that a call never waits for the reader. */
const BACKLOG_PER_CALL = 1;

/** How calls are made. */
export type CallPlan = Pick<
  Plan,
  'fabric' | 'concurrency' | 'rate' | 'tokensPerMinute' | 'attempts' | 'timeoutMs'
>;

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
 * executor (call slots) → retry → validation, where answers have a schema → limiter → client.
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
      if (limits) limiter.slowTo(limits, Math.max(0, counts.inAir() - 1));
    },
    onLateStart: () => limiter.startedLate(),
    onArrival: () => store.expectResult(),
  });
  counts.inAir = () => client.inAir;
  const paced = limited(client, limiter);
  const schema = answerSchemaOf(plan.fabric);
  const checked = schema === undefined ? paced : (await loadValidated())(paced, schema);
  const fabric = retrying(checked, {
    attempts: plan.attempts,
    limiter,
    clock,
    random,
    signal: stop.signal,
    whileWaiting: (wait) => places.slots.whileWaiting(wait, () => executor.startRows()),
    onRetry: () => {
      counts.retrying++;
    },
  });
  stop.signal.addEventListener('abort', () => limiter.close(new CallError('aborted', 'the run stopped')), {
    once: true,
  });
  const executor = new LocalExecutor({
    fabric,
    slots: places.slots,
    backlog: BACKLOG_PER_CALL * mostInAir(plan),
    inputsOf,
    finishedBefore: (row) => {
      const result = store.finishedBefore(row);
      if (result !== undefined) counts.tally.add(result);
      return result;
    },
    finished: (result) => {
      places.finished(result);
      finished(result);
    },
    record: (result) => store.record(result),
    abandoned: (calls) => store.noteAbandoned(calls),
    isStopped: () => stop.signal.aborted,
    stopRun: (error) => stop.request({ kind: 'service', error }),
    wallNow: () => clock.wallNow(),
  });
  return executor;
}

/** The checker of schemas takes a tenth of a second to load. */
async function loadValidated() {
  const { validated } = await import('../fabric/answer/validated.js');
  return validated;
}
