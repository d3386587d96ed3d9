import { pricerOf } from '../../fabric/price/pricer.js';
import { NO_STEPS } from '../../fabric/tiers/remembered.js';
import type { Clock } from '../../limits/clock.js';
import type { QueuedRun } from '../../queue/protocol/queued-run.js';
import type { Channels } from '../../queue/redis/channels.js';
import type { QueueConnection } from '../../queue/redis/redis-connection.js';
import { RedisSlots } from '../../queue/redis/redis-slots.js';
import type { RunSinks, ServedRunExecutor } from '../../queue/worker/served-run-executor.js';
import { compose } from '../calls/compose.js';
import type { RunTimings } from '../control/timings.js';
import { type FabricPlan, localPlan, planOfDefinition } from '../plan/fabric.js';
import type { Environment } from '../settings/environment.js';

/** What a worker opens its runs with. */
export interface WorkerSurroundings {
  readonly connection: QueueConnection;
  readonly channels: Channels;
  readonly environment: Environment;
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
  { connection, channels, environment, clock, random, timings }: WorkerSurroundings,
): Promise<ServedRunExecutor> {
  const slots = new RedisSlots(connection, channels, run);
  const { attempts, timeoutMs, price } = run;
  const fabric = await fabricOf(run, environment);
  const definition = fabric.kind === 'local' ? undefined : fabric.definition;
  const { executor, inFlight, holdups, resize } = await compose({
    plan: {
      fabric,
      concurrency: calls,
      rate: 'none',
      tokensPerMinute: undefined,
      attempts,
      timeoutMs,
      price,
      pricer: await pricerOf(definition, price, () => clock.wallNow()),
    },
    steps: NO_STEPS,
    runId: run.id,
    answeredBefore: () => run.answeredBefore === true || sinks.answeredBefore(),
    sinks,
    signal: sinks.signal,
    sharedLimit: slots,
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
      await slots.close();
    },
  };
}

function fabricOf({ fabric }: QueuedRun, environment: Environment): Promise<FabricPlan> {
  if (fabric.kind === 'on-device') return Promise.resolve(localPlan(`local:${fabric.name}`));
  const source = { kind: 'name', text: fabric.definition.name } as const;
  return planOfDefinition(fabric.definition, source, { environment });
}
