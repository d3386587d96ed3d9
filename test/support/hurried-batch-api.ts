import type { BatchApiTimings } from '../../src/run/control/batch-api-timings.js';

/** Waits of a run over a batch API whose service is a fake, and does not lag behind. In ms. */
export const HURRIED_BATCH_API: BatchApiTimings = {
  pollMs: 10,
  slowestPollMs: 50,
  afterErrorMs: 20,
  findMs: [0, 20],
  laterMs: 50,
};
