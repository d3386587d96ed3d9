import type { Clock } from '../../limits/clock.js';
import type { RunStop, StopReason } from './stop.js';

/** How long calls in flight may take to land after a stop, in ms. */
export const GRACE_MS = 10_000;

/**
 * Calls `end` when calls in flight have had `graceMs` to land after a stop.
 *
 * @returns a function that calls it off.
 */
export function graceOnStop(stop: RunStop, clock: Clock, graceMs: number, end: () => void): () => void {
  let cancel = () => {};
  const start = () => {
    cancel = clock.after(graceMsOf(stop.reason, clock, graceMs), end);
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
