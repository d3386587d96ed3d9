/** How often the display of progress changes, in ms. */
export interface ProgressTimings {
  readonly barMs: number;
  readonly lineMs: number;
}

export const PROGRESS_TIMINGS: ProgressTimings = { barMs: 250, lineMs: 10_000 };
