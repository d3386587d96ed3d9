import { MINUTE, SECOND } from '../durations.js';

/**
 * What each kind of error leads to:
 *
 * | kind of error                                        | what happens                                  | an attempt |
 * |------------------------------------------------------|-----------------------------------------------|------------|
 * | bad-request, too-large, unprocessable, refused,      | the row fails at once                         | yes        |
 * | truncated, and all that is final                     |                                               |            |
 * | bad-answer, timeout, server, network                 | the row waits (backoff, or Retry-After where  | yes        |
 * |                                                      | that is longer), then another call is made    |            |
 * | bad-answer, and its repair is known                  | a call that asks for it is made at once       | yes        |
 * | unsupported (the form of the request)                | the call is made at once, in another form     | no         |
 * | server with status 503 (no Retry-After)              | the same, and all calls wait as long          | yes        |
 * | rate-limit (429), overloaded (503 with Retry-After,  | all calls wait: Retry-After, or else a pause  | no         |
 * | 529), unreachable (nothing was sent)                 | that grows with each round of refusals; then  |            |
 * |                                                      | one goes ahead, and the others when it is     |            |
 * |                                                      | answered, or not refused for 2 s              |            |
 * | unreachable, and the service never once answered     | after as many rounds as a row has attempts,   | no         |
 * |                                                      | the run stops: misconfigured                  |            |
 * | any of these, and no success for GIVE_UP_AFTER_MS    | the run stops: no-success                     |            |
 * | auth, unknown-fabric, no-credit, misconfigured       | the run stops at once                         | no         |
 * | the same but no-credit, with a 4xx, and something    | one more call is made; the run stops if it is | yes        |
 * | was answered before                                  | refused too, unless others were answered      |            |
 * |                                                      | meanwhile: then it is the row's own fault     |            |
 * | a page of a firewall or proxy (403, 405, 406)        | the row fails, where something was answered   | yes        |
 * | bad-request, unprocessable, such a page, and nothing | kept back: the first answer says that it is   | yes        |
 * | was answered yet                                     | the row's own, 20 alike stop the run          |            |
 * | aborted                                              | the run is stopping: the row is left for the  | no         |
 * |                                                      | next run                                      |            |
 */
export const GIVE_UP_AFTER_MS = 15 * MINUTE;

/** Waits that double: the first and the longest, in ms. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

export const BACKOFF: Backoff = { firstMs: 2 * SECOND, longestMs: 60 * SECOND };

/** Somebody who says "at once" time and again is no longer believed. */
const SHORT_RETRY_AFTER_MS = SECOND;

/**
 * How long a row waits after its n-th failure (from 1), in ms: up to 2 s, 4 s, 8 s… 60 s, with full jitter, so
 * that rows which failed together do not come back together. (Marc Brooker, "Exponential Backoff And Jitter",
 * AWS Architecture Blog, 2015: full jitter made the fewest calls.)
 */
export function backoffMs(failures: number, random: () => number, backoff: Backoff = BACKOFF): number {
  return random() * doubled(failures, backoff);
}

/**
 * How long everybody waits after the n-th round (from 1) of refusals, in ms: what the service asks for, or
 * else 2 s, 4 s, 8 s… 60 s, of which jitter takes up to half, so that several workers do not come back together.
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
