import { CallSlots } from '../batch/call-slots.js';
import type { FinishedResult } from '../fabric/row-result.js';
import type { Clock } from '../limits/clock.js';
import { ConcurrencyTuner } from '../limits/concurrency-tuner.js';
import type { Limiter } from '../limits/limiter.js';
import { MOST_IN_AIR } from './plan-limits.js';
import type { Concurrency } from './settings.js';

/** The places for calls in the air, and who changes their number. */
export interface CallPlaces {
  readonly slots: CallSlots;
  /** Hears of every result; there may be more places after it. */
  readonly finished: (result: FinishedResult) => void;
}

/** As many places as asked for, or as limits and latency make sense of while the run goes on. */
export function placeCalls(concurrency: Concurrency, limiter: Limiter, clock: Clock): CallPlaces {
  if (concurrency !== 'auto') return { slots: new CallSlots(concurrency), finished: () => {} };
  const tuner = new ConcurrencyTuner({ most: MOST_IN_AIR });
  const slots = new CallSlots(tuner.size(undefined));
  return {
    slots,
    finished: (result) => {
      if (result.status !== 'answered') return;
      tuner.finished(clock.now(), result.latencyMs);
      const size = tuner.size(limiter.callsPerSecond());
      if (size !== slots.concurrency) slots.resize(size);
    },
  };
}
