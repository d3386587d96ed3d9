import { counted, formatCount, formatDuration } from '../../wording/wording.js';
import type { LiveCounts, PaceLimits } from '../live-counts.js';

/** A shorter pause is over before it can be read. */
const SHORTEST_PAUSE_MS = 1_000;

/** In a few words, and in fewer where room is short. */
export interface Holdup {
  readonly text: string;
  readonly short?: string;
}

/**
 * What holds up a run's calls, in a few words, with what may be done about it; undefined where nothing does.
 *
 * @param rowsPerSecond of late
 */
export function holdupWords(
  { workers, holdups, inFlight, waitsForSlowRow, batches, pace }: LiveCounts,
  rowsPerSecond: number,
): Holdup | undefined {
  if (workers?.() === 0) return { text: 'no worker yet' };
  const {
    forLimit,
    pausedForMs,
    askedForMs = 0,
    inBackoff,
  } = holdups?.() ?? { forLimit: 0, pausedForMs: 0, inBackoff: 0 };
  if (askedForMs >= SHORTEST_PAUSE_MS) return { text: `the service asked to wait ${pauseWords(askedForMs)}` };
  if (pausedForMs >= SHORTEST_PAUSE_MS) return { text: `paused: next try in ${pauseWords(pausedForMs)}` };
  if (forLimit > 0) return (pace && limitHoldup(pace, rowsPerSecond)) ?? { text: 'waiting for the limit' };
  // A row in backoff lends its place, so it holds the run up only when few other calls are left.
  if (inBackoff > 0 && inBackoff >= inFlight())
    return { text: `${counted(inBackoff, 'row waits', 'rows wait')} for another try` };
  // Every row waits for its batch.
  if (batches?.() !== undefined) return undefined;
  return waitsForSlowRow?.() ? { text: 'waiting for a slow row' } : undefined;
}

/** A run this near to its rate limit is held up by it; else it is the limit of tokens, or what the service says is left. */
const NEAR = 0.8;

/**
 * `at the limit of 100 a minute (default): raise with --rate-limit`, or `at 100/min: raise with -r`; undefined where the rate
 * limit is not the cause.
 */
export function limitHoldup({ rate, usual = [] }: PaceLimits, callsPerSecond: number): Holdup | undefined {
  if (typeof rate === 'string' || callsPerSecond < (NEAR * rate.calls * 1_000) / rate.perMs) return undefined;
  const unit = UNITS.find(({ ms }) => ms === rate.perMs);
  const calls = formatCount(rate.calls);
  const words = unit === undefined ? `${calls} in ${formatDuration(rate.perMs)}` : `${calls} ${unit.words}`;
  return {
    text: `at the limit of ${words}${usual.includes('rate') ? ' (default)' : ''}: raise with --rate-limit`,
    short: unit === undefined ? 'at the limit: raise with -r' : `at ${calls}/${unit.name}: raise with -r`,
  };
}

const UNITS = [
  { ms: 1_000, words: 'a second', name: 's' },
  { ms: 60_000, words: 'a minute', name: 'min' },
  { ms: 3_600_000, words: 'an hour', name: 'h' },
] as const;

/** `all 10 calls busy: try -c 20`, or `10 busy: try -c 20`; undefined where more may be in flight as it is. */
export function busyHoldup({ concurrency }: PaceLimits, inFlight: number): Holdup | undefined {
  if (concurrency === 'auto' || inFlight < concurrency) return undefined;
  const remedy = `busy: try -c ${2 * concurrency}`;
  return { text: `all ${counted(concurrency, 'call')} ${remedy}`, short: `${concurrency} ${remedy}` };
}

/** In whole seconds, for a countdown. */
function pauseWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1_000);
}
