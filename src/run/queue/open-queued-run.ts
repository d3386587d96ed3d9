import type { Clock } from '../../limits/clock.js';
import { rateFinding } from '../../limits/shared/found-rate.js';
import { SharedBudget } from '../../limits/shared/shared-budget.js';
import { callsOf, type QueuedRun } from '../../queue/protocol/queued-run.js';
import type { Channels } from '../../queue/redis/channels.js';
import { RedisBudget } from '../../queue/redis/redis-budget.js';
import type { QueueConnection } from '../../queue/redis/redis-connection.js';
import { RedisSlots } from '../../queue/redis/redis-slots.js';
import type { RunSinks, ServedRunExecutor } from '../../queue/worker/served-run-executor.js';
import { compose } from '../calls/compose.js';
import type { RunTimings } from '../control/timings.js';
import type { Environment } from '../settings/environment.js';
import { filesFromCoordinator } from './files-from-coordinator.js';
import { planOf } from './plan-of-queued-run.js';

/** What a worker opens its runs with. */
export interface WorkerSurroundings {
  readonly connection: QueueConnection;
  readonly channels: Channels;
  /** Tells a call of this worker's from all other calls. */
  readonly nextCallId: () => string;
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
  surroundings: WorkerSurroundings,
): Promise<ServedRunExecutor> {
  const { connection, channels, environment, scoreModules, clock, random, timings } = surroundings;
  const budget = sharedBudget(run, sinks, surroundings);
  const limits = new Map(
    callsOf(run).map((one) => [one.stack, new RedisSlots(connection, channels, run.id, one, rateFinding)]),
  );
  const { executor, inFlight, holdups, resize } = await compose({
    plan: await planOf(run, calls, { environment, clock, scoreModules }),
    steps: sinks.steps,
    runId: run.id,
    filesFolder: run.files?.kind === 'shared' ? run.files.folder : '.',
    ...(run.files?.kind === 'sent' && { fileSource: filesFromCoordinator(sinks.files, run.files.columns) }),
    answeredBefore: () => run.answeredBefore === true || sinks.answeredBefore(),
    sinks,
    signal: sinks.signal,
    ...(budget && { budget }),
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
      await budget?.settled();
      await Promise.all([...limits.values()].map((limit) => limit.close()));
    },
  };
}

function sharedBudget(
  { id, budget }: QueuedRun,
  { budgetUsedUp }: RunSinks,
  { connection, nextCallId, clock }: WorkerSurroundings,
): SharedBudget | undefined {
  if (budget === undefined) return undefined;
  return new SharedBudget(new RedisBudget(connection, id, budget), {
    ...{ limits: budget, nextId: nextCallId, clock, onUsedUp: budgetUsedUp },
  });
}

function limitOf(limits: ReadonlyMap<string, RedisSlots>, stack: string): RedisSlots {
  const limit = limits.get(stack);
  if (limit === undefined) throw new Error(`the run has no calls named "${stack}"`);
  return limit;
}
