import type { Clock } from '../../limits/clock.js';
import type { RunContext } from './context.js';
import type { RunStop, StopReason } from './stop.js';

type GraceContext = Pick<RunContext, 'clock' | 'timings'>;

/**
 * Calls `end` when calls in flight have had `graceMs` to land after a stop.
 *
 * @returns a function that calls it off.
 */
export function graceOnStop(stop: RunStop, { clock, timings }: GraceContext, end: () => void): () => void {
  let cancel = () => {};
  const start = () => {
    cancel = clock.after(graceMsOf(stop.reason, clock, timings.graceMs), end);
  };
  stop.signal.addEventListener('abort', start, { once: true });
  return () => {
    cancel();
    stop.signal.removeEventListener('abort', start);
  };
}

function graceMsOf(reason: StopReason | undefined, clock: Clock, graceMs: number): number {
  if (reason?.kind === 'asked' && reason.atOnce) return 0;
  // A deadline also holds for calls in flight.
  return reason?.kind === 'deadline' ? Math.min(Math.max(0, reason.at - clock.wallNow()), graceMs) : graceMs;
}
