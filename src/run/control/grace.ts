import type { Clock } from '../../limits/clock.js';
import type { RunStop, StopReason } from './stop.js';

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
    cancel = clock.after(graceMsOf(stop.reason, clock), end);
  };
  stop.signal.addEventListener('abort', start, { once: true });
  return () => {
    cancel();
    stop.signal.removeEventListener('abort', start);
  };
}

function graceMsOf(reason: StopReason | undefined, clock: Clock): number {
  if (reason?.kind === 'asked' && reason.atOnce) return 0;
  // A deadline is one for calls in the air, too.
  return reason?.kind === 'deadline'
    ? Math.min(Math.max(0, reason.at - clock.wallNow()), GRACE_MS)
    : GRACE_MS;
}
