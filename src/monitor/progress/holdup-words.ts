import type { LiveCounts } from '../live-counts.js';
import { formatCount, formatDuration } from '../wording.js';

/** A shorter pause is over before anybody has read of it. */
const SHORTEST_PAUSE_MS = 1_000;

/** Why a run is slower than its calls in flight make it, in a few words; undefined where nothing holds it up. */
export function holdupWords({ workers, holdups, inFlight, waitsForSlowRow }: LiveCounts): string | undefined {
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
  // A row in backoff lends its place: it holds nothing up before there is little else to do.
  if (inBackoff > 0 && inBackoff >= inFlight())
    return inBackoff === 1
      ? '1 row waits for another try'
      : `${formatCount(inBackoff)} rows wait for another try`;
  return waitsForSlowRow?.() ? 'waiting for a slow row' : undefined;
}

/** In whole seconds, as they are counted down. */
function pauseWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000);
}
