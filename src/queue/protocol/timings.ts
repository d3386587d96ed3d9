export const LEASE_MS = 6_000;

/** How often things happen, in ms; tests use shorter ones. */
export interface QueueTimings {
  /** A worker that does not renew its hold on a batch for so long has lost it. */
  readonly lockMs: number;
  /** How often somebody looks for such batches. */
  readonly stalledMs: number;
  /** A coordinator that does not renew its hold on a run for so long has lost it. */
  readonly leaseMs: number;
  /** How often the coordinator looks at all that is outstanding. */
  readonly sweepMs: number;
  /** How often workers look for runs and say how they are, and coordinators look for workers. */
  readonly pollMs: number;
  /** A worker that has no answer asks the coordinator for a file again after so long. */
  readonly askAgainMs: number;
  /** Bytes of a file that its worker does not take go after so long. */
  readonly keepFileMs: number;
}

/**
 * A killed worker's batches go on elsewhere within lock + stalled + poll, 12 s at most and a little more on a busy
 * machine. With 10 s and 5 s, 15.3 s were seen; with less than 8 s, a machine that stands still for a moment loses
 * batches that it could have finished.
 */
export const TIMINGS: QueueTimings = {
  lockMs: 8_000,
  stalledMs: 3_000,
  leaseMs: LEASE_MS,
  sweepMs: 2_000,
  pollMs: 1_000,
  askAgainMs: 2_000,
  keepFileMs: 10_000,
};
