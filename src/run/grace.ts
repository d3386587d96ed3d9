import type { Clock } from '../limits/clock.js';
import type { RunStop } from './stop.js';

/** Calls in the air get this long to land when a run stops. */
const GRACE_MS = 10_000;

/**
 * Calls `end` when calls in the air have had their time to land after a stop.
 *
 * @returns a function that calls it off.
 */
export function graceOnStop(stop: RunStop, clock: Clock, end: () => void): () => void {
  let cancel = () => {};
  const start = () => {
    const { reason } = stop;
    // A deadline is one for calls in the air, too.
    const graceMs = reason?.kind === 'deadline' ? Math.max(0, reason.at - clock.wallNow()) : GRACE_MS;
    cancel = clock.after(Math.min(graceMs, GRACE_MS), end);
  };
  stop.signal.addEventListener('abort', start, { once: true });
  return () => {
    cancel();
    stop.signal.removeEventListener('abort', start);
  };
}
