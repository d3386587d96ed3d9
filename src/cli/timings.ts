import { PROGRESS_TIMINGS, type ProgressTimings } from '../monitor/progress/progress.js';
import { RUN_TIMINGS, type RunTimings } from '../run/control/timings.js';

/** How long commands wait for what, in ms; tests use shorter times. */
export interface CliTimings extends RunTimings {
  readonly progress: ProgressTimings;
  /** `worker` says how it is. */
  readonly workerLineMs: number;
  /** `status --watch` looks again. */
  readonly lookMs: number;
}

export const CLI_TIMINGS: CliTimings = {
  ...RUN_TIMINGS,
  progress: PROGRESS_TIMINGS,
  workerLineMs: 30_000,
  lookMs: 1_000,
};
