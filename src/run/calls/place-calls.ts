import { CallSlots } from '../../batch/call-slots.js';
import type { Fabric } from '../../fabric/fabric.js';
import { ConcurrencyTuner } from '../../limits/auto/concurrency-tuner.js';
import type { Clock } from '../../limits/clock.js';
import type { Limiter } from '../../limits/limiter.js';
import { MOST_IN_FLIGHT } from '../plan/limits.js';
import type { Concurrency } from '../settings/limit-settings.js';

/** The places for calls in the air, and who changes their number. */
export interface CallPlaces {
  readonly slots: CallSlots;
  /** A layer that looks how long calls take, where that decides about the places. */
  readonly watching: (next: Fabric) => Fabric;
}

/** As many places as asked for, or as limits and latency make sense of while the run goes on. */
export function placeCalls(concurrency: Concurrency, limiter: Limiter, clock: Clock): CallPlaces {
  if (concurrency !== 'auto') return { slots: new CallSlots(concurrency), watching: (next) => next };
  const tuner = new ConcurrencyTuner({ most: MOST_IN_FLIGHT });
  const slots = new CallSlots(tuner.size(undefined));
  return {
    slots,
    watching: (next) => ({
      async run(call) {
        const reply = await next.run(call);
        tuner.finished(clock.now(), reply.latencyMs);
        const size = tuner.size(limiter.callsPerSecond());
        if (size !== slots.concurrency) slots.resize(size);
        return reply;
      },
      get inFlight() {
        return next.inFlight;
      },
      close: () => next.close(),
    }),
  };
}
