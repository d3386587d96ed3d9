import type { Clock } from '../../limits/clock.js';
import { callsOf, type QueuedRun } from '../../queue/protocol/queued-run.js';
import type { Channels } from '../../queue/redis/channels.js';
import type { QueueConnection } from '../../queue/redis/redis-connection.js';
import { RedisSlots } from '../../queue/redis/redis-slots.js';
import type { RunSinks, ServedRunExecutor } from '../../queue/worker/served-run-executor.js';
import { compose } from '../calls/compose.js';
import type { RunTimings } from '../control/timings.js';
import type { Environment } from '../settings/environment.js';
import { planOf } from './plan-of-queued-run.js';

/** What a worker opens its runs with. */
export interface WorkerSurroundings {
  readonly connection: QueueConnection;
  readonly channels: Channels;
  readonly environment: Environment;
  /** Paths of the modules that may score answers here. */
  readonly scoreModules: readonly string[];
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly timings: RunTimings;
}

/**
 * Opens a run as a worker: the same layers as on one machine, under the limit that all workers share.
 *
 * @throws SetUpError where the key is missing or the fabric not known here; CallError `misconfigured` where a
 * model cannot be loaded.
 */
export async function openQueuedRun(
  run: QueuedRun,
  sinks: RunSinks,
  calls: number,
  { connection, channels, environment, scoreModules, clock, random, timings }: WorkerSurroundings,
): Promise<ServedRunExecutor> {
  const limits = new Map(
    callsOf(run).map((one) => [one.stack, new RedisSlots(connection, channels, run.id, one)]),
  );
  const { executor, inFlight, holdups, resize } = await compose({
    plan: await planOf(run, calls, { environment, clock, scoreModules }),
    steps: sinks.steps,
    runId: run.id,
    answeredBefore: () => run.answeredBefore === true || sinks.answeredBefore(),
    sinks,
    signal: sinks.signal,
    sharedLimitOf: (stack) => limitOf(limits, stack),
    outermost: sinks.whileHeld,
    watch: {
      callRetried: sinks.retried,
      notice: sinks.noticed,
      // The coordinator is told of pauses by Redis, since all workers have them together.
      waiting: (reason, ms) => {
        if (reason !== 'service-pause') sinks.waited(reason, ms);
      },
    },
    clock,
    random,
    backoff: timings.backoff,
  });
  return {
    run: (batch) => executor.run(batch),
    get wantsMore() {
      return executor.wantsMore;
    },
    onWant: (listener) => executor.onWant(listener),
    get calls() {
      const { forLimit, inBackoff } = holdups();
      return { inFlight: inFlight(), forLimit, inBackoff };
    },
    setShare: resize,
    async close() {
      await executor.close();
      await Promise.all([...limits.values()].map((limit) => limit.close()));
    },
  };
}

function limitOf(limits: ReadonlyMap<string, RedisSlots>, stack: string): RedisSlots {
  const limit = limits.get(stack);
  if (limit === undefined) throw new Error(`the run has no calls named "${stack}"`);
  return limit;
}
