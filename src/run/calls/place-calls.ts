import { CallSlots } from '../../batch/call-slots.js';
import type { Fabric } from '../../fabric/fabric.js';
import { layerOver } from '../../fabric/layer.js';
import { callsForThreads } from '../../fabric/local/block-size.js';
import { ConcurrencyTuner } from '../../limits/auto/concurrency-tuner.js';
import type { Clock } from '../../limits/clock.js';
import type { Limiter } from '../../limits/limiter.js';
import { threadsFor } from '../../threads/threads-for.js';
import type { FabricCalls } from '../plan/call-plan.js';
import { MOST_IN_FLIGHT, mostInFlight } from '../plan/limits.js';

type Calls = Pick<FabricCalls, 'fabric' | 'concurrency'>;

/** The places for calls in the air, and who changes their number. */
export interface CallPlaces {
  readonly slots: CallSlots;
  /** A layer that looks how long calls take, where that decides about the places. */
  readonly watching: (next: Fabric) => Fabric;
}

/**
 * As many places as asked for, or as limits and latency make sense of while the run goes on; for a fabric on this
 * machine, as many as keep its threads busy.
 */
export function placeCalls(calls: Calls, limiter: Limiter, clock: Clock): CallPlaces {
  if (calls.concurrency !== 'auto' || calls.fabric.kind === 'local') {
    return { slots: new CallSlots(placesFor(calls, mostInFlight(calls))), watching: (next) => next };
  }
  const tuner = new ConcurrencyTuner({ most: MOST_IN_FLIGHT });
  const slots = new CallSlots(tuner.size(undefined));
  return {
    slots,
    watching: (next) =>
      layerOver(next, async (call) => {
        const reply = await next.run(call);
        tuner.finished(clock.now(), reply.latencyMs);
        const size = tuner.size(limiter.callsPerSecond());
        if (size !== slots.concurrency) slots.resize(size);
        return reply;
      }),
  };
}

/** The places for the rows of a fabric that may have so many calls in the air. */
export function placesFor({ fabric }: Pick<Calls, 'fabric'>, concurrency: number): number {
  return fabric.kind === 'local' ? callsForThreads(threadsFor(concurrency)) : concurrency;
}
