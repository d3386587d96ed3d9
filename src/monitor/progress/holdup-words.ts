import { counted, formatDuration } from '../../wording/wording.js';
import type { LiveCounts } from '../live-counts.js';

/** A shorter pause is over before it can be read. */
const SHORTEST_PAUSE_MS = 1_000;

/** What holds up a run's calls, in a few words; undefined where nothing does. */
export function holdupWords({
  workers,
  holdups,
  inFlight,
  waitsForSlowRow,
  batches,
}: LiveCounts): string | undefined {
  if (workers?.() === 0) return 'no worker yet';
  const {
    forLimit,
    pausedForMs,
    askedForMs = 0,
    inBackoff,
  } = holdups?.() ?? { forLimit: 0, pausedForMs: 0, inBackoff: 0 };
  if (askedForMs >= SHORTEST_PAUSE_MS) return `the service asked to wait ${pauseWords(askedForMs)}`;
  if (pausedForMs >= SHORTEST_PAUSE_MS) return `paused: next try in ${pauseWords(pausedForMs)}`;
  if (forLimit > 0) return 'waiting for the limit';
  // A row in backoff lends its place, so it holds the run up only when few other calls are left.
  if (inBackoff > 0 && inBackoff >= inFlight())
    return `${counted(inBackoff, 'row waits', 'rows wait')} for another try`;
  // Every row waits for its batch.
  if (batches?.() !== undefined) return undefined;
  return waitsForSlowRow?.() ? 'waiting for a slow row' : undefined;
}

/** In whole seconds, for a countdown. */
function pauseWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000);
}
