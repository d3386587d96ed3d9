const SECOND = 1_000;

/**
 * What becomes of a call that gave no answer:
 *
 * | kind | what happens | costs an attempt |
 * |---|---|---|
 * | bad-request, too-large, unprocessable, refused | dead letter at once | yes |
 * | timeout, server, network, bad-answer | tried again after a backoff; the last attempt's error goes to the dead letters | yes |
 * | server with status 503 | the same, and everybody pauses for the backoff | yes |
 * | rate-limit (429), overloaded (503 with Retry-After and the like) | everybody pauses as long as asked, else longer each round | no |
 * | unreachable | everybody pauses, longer each round | no |
 * | auth, unknown-fabric, no-credit, misconfigured, no-success | the run stops | – |
 */
const BASE_MS = 2 * SECOND;
const CAP_MS = 60 * SECOND;

/**
 * The wait before the next attempt, in ms: exponential with full jitter, after "Exponential Backoff and
 * Jitter" (AWS Architecture Blog, 2015).
 *
 * @param failures attempts that have failed, from 1.
 * @param random 0 to 1.
 */
export function backoffMs(failures: number, random: () => number): number {
  return random() * ceilingMs(failures);
}

/** The pause of everybody after so many rounds of refusals, in ms: at least half of the ceiling, so that it is one. */
export function pauseMs(rounds: number, random: () => number): number {
  return (0.5 + random() / 2) * ceilingMs(rounds);
}

function ceilingMs(times: number): number {
  return Math.min(CAP_MS, BASE_MS * 2 ** (times - 1));
}
