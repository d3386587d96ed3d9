import { PROGRESS_TIMINGS, type ProgressTimings } from '../monitor/progress/progress-timings.js';
import { RUN_TIMINGS, type RunTimings } from '../run/control/timings.js';

/** Waits and intervals of the commands, in ms. Tests use shorter ones. */
export interface CliTimings extends RunTimings {
  readonly progress: ProgressTimings;
  /** Interval between the status lines of `worker`. */
  readonly workerLineMs: number;
  /** How long a plan may wait for its rows to be counted: before a run, before a question, and where it is only planned. */
  readonly counting: Readonly<Record<'beforeRunMs' | 'beforeAskingMs' | 'onlyPlannedMs', number>>;
  /** Interval between two looks of `status --watch`. */
  readonly lookMs: number;
  /** How long a page of `view` waits for rows that a search has not found yet. */
  readonly viewPatienceMs: number;
}

export const CLI_TIMINGS: CliTimings = {
  ...RUN_TIMINGS,
  progress: PROGRESS_TIMINGS,
  workerLineMs: 30_000,
  counting: { beforeRunMs: 300, beforeAskingMs: 3_000, onlyPlannedMs: 10_000 },
  lookMs: 1_000,
  viewPatienceMs: 150,
};
