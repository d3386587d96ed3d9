import type { Clock } from '../../limits/clock.js';
import type { Deadline } from '../settings/cost-settings.js';
import type { RunStop } from './stop.js';

/** A deadline is looked at so often, in ms. */
const LOOK_EVERY_MS = 1_000;

/** Of all calls, most take less than this before any has come back, in ms. */
const UNKNOWN_CALL_MS = 1_000;

/**
 * Stops a run so long before its deadline that what is in the air has landed by then, as long as calls take what most
 * took so far.
 *
 * @param slowCallMs how long a slow call took so far, in ms; 0 where none has come back.
 * @returns a function that ends the watch.
 */
export function stopAtDeadline(
  deadline: Deadline | undefined,
  stop: RunStop,
  clock: Clock,
  slowCallMs: () => number,
): () => void {
  if (deadline === undefined) return () => {};
  const at = deadlineAt(deadline, clock.wallNow());
  let cancel = () => {};
  const look = () => {
    const leftMs = at - clock.wallNow();
    const marginMs = slowCallMs() || UNKNOWN_CALL_MS;
    if (leftMs <= marginMs) stop.request({ kind: 'deadline', at });
    else cancel = clock.after(Math.min(LOOK_EVERY_MS, leftMs - marginMs), look);
  };
  look();
  return () => cancel();
}

/** When the deadline is, in ms since 1970: the next such time of the day, where it is one. */
export function deadlineAt(deadline: Deadline, wallNow: number): number {
  if (deadline.kind === 'after') return wallNow + deadline.ms;
  const at = new Date(wallNow);
  at.setHours(deadline.hours, deadline.minutes, 0, 0);
  if (at.getTime() <= wallNow) at.setDate(at.getDate() + 1);
  return at.getTime();
}
