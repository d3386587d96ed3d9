import type { RunTally } from './run-tally.js';

/** What a run is doing now: for the progress display, and for limits on failures. */
export interface LiveCounts {
  /** Every row that has a result, committed or not. */
  readonly tally: RunTally;
  /** Calls that have gone out and have not come back. */
  inFlight: () => number;
  /** Who works on the run elsewhere; undefined where it is run here. */
  workers?: () => number;
  /** What keeps calls from going out; undefined where that is not known here. */
  holdups?: () => Holdups;
  /** Whether no row is read any more because one that is not answered yet keeps the others from being written. */
  waitsForSlowRow?: () => boolean;
  /** What costs are counted in; undefined where the run has no prices. */
  costUnit?: string | undefined;
  /** What may be spent. */
  budget?: { readonly maxCost?: number; readonly maxCalls?: number };
  /** The share of the budget that is spent, 0 to 1; undefined where there is none. */
  budgetShare?: () => number;
  /** Bytes of the input before the first row that is not committed. */
  bytesDone: () => number;
  /** Attempts after the first since this process started, those still waiting to be made included. */
  retrying: number;
}

/** What keeps calls from going out. */
export interface Holdups {
  /** Calls that wait for their turn under a rate or a limit of tokens. */
  readonly forLimit: number;
  /** So long no call may start, because of the service, in ms. */
  readonly pausedForMs: number;
  /** How long of that the service asked for, naming a time, in ms; undefined where that is not known here. */
  readonly askedForMs?: number;
  /** Rows that wait for their next try. */
  readonly inBackoff: number;
}

export function liveCounts(tally: RunTally): LiveCounts {
  return { tally, inFlight: () => 0, bytesDone: () => 0, retrying: 0 };
}
