import { SECOND } from '../durations.js';

/** Waits that double: the first and the longest, in ms. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

export const BACKOFF: Backoff = { firstMs: 2 * SECOND, longestMs: 60 * SECOND };

/** From the second round on, a Retry-After below this is ignored. */
const SHORT_RETRY_AFTER_MS = SECOND;

/**
 * How long a row waits after its n-th failure (from 1), in ms: up to 2 s, 4 s, 8 s… 60 s, with full jitter, so
 * that rows which failed together do not come back together. (Marc Brooker, "Exponential Backoff And Jitter",
 * AWS Architecture Blog, 2015: full jitter made the fewest calls.)
 *
 * @param random gives a number from 0 to 1.
 * @example
 * backoffMs(3, Math.random); // from 0 to 8,000
 */
export function backoffMs(failures: number, random: () => number, backoff: Backoff = BACKOFF): number {
  return random() * doubled(failures, backoff);
}

/**
 * How long all calls wait after the n-th round (from 1) of refusals, in ms: the service's Retry-After, or
 * else 2 s, 4 s, 8 s… 60 s, of which jitter takes up to half, so that several workers do not come back together.
 *
 * @param askedMs the service's Retry-After; undefined where it named no time.
 * @param random gives a number from 0 to 1.
 * @example
 * pauseMs(1, 30_000, Math.random); // 30,000: the service said so
 * pauseMs(2, undefined, Math.random); // from 2,000 to 4,000
 */
export function pauseMs(
  round: number,
  askedMs: number | undefined,
  random: () => number,
  backoff: Backoff = BACKOFF,
): number {
  if (askedMs !== undefined && (askedMs >= SHORT_RETRY_AFTER_MS || round <= 1)) return askedMs;
  return (doubled(round, backoff) * (1 + random())) / 2;
}

function doubled(times: number, { firstMs, longestMs }: Backoff): number {
  return Math.min(firstMs * 2 ** (times - 1), longestMs);
}
