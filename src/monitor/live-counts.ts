import type { RateLimit } from '../limits/pace/rate-limit.js';
import type { RunTally } from './run-tally.js';

/** A run's present counts, for the progress display and for limits on failures. */
export interface LiveCounts {
  /** Of every row that has a result, committed or not. */
  readonly tally: RunTally;
  /** Calls that have gone out and have not come back. */
  inFlight: () => number;
  /** Number of workers; undefined where this process makes the calls. */
  workers?: () => number;
  /** The limits of the calls that this process makes, which may be raised; undefined where others make them. */
  pace?: PaceLimits | undefined;
  /** Rows with a result that workers have, and that is not counted here yet. */
  elsewhere?: () => number;
  /** Undefined where this process cannot tell. */
  holdups?: () => Holdups;
  /** True if the in-flight window is full because the rows behind an unanswered one cannot be written. */
  waitsForSlowRow?: () => boolean;
  /** The batches that are out at a service; undefined where rows are called live. */
  batches?: () => BatchesOut | undefined;
  /** The unit of costs; undefined where the run has no prices. */
  costUnit?: string | undefined;
  /** True where the price is a guess. */
  costIsGuess?: boolean | undefined;
  /** The limits on spending. */
  budget?: { readonly maxCost?: number; readonly maxCalls?: number };
  /** The share of the budget that is spent, 0 to 1; undefined where there is no budget. */
  budgetShare?: () => number;
  /** Bytes of the input before the first row that is not committed. */
  bytesDone: () => number;
  /** Retries since this process started, those that still wait included. */
  retrying: number;
}

/** How fast calls may go out, and how many at a time. */
export interface PaceLimits {
  readonly concurrency: number | 'auto';
  readonly rate: RateLimit;
  /** Those of the two that nobody asked for. */
  readonly usual?: readonly ('rate' | 'concurrency')[];
}

/** Batches at a service whose results are not here. */
export interface BatchesOut {
  /** How many there are, by the service's own word for what it does with them. */
  readonly words: ReadonlyMap<string, number>;
  readonly rows: number;
  /** Rows that are done of them; undefined where the service does not count. */
  readonly done: number | undefined;
  /** Since the creation of the oldest, in ms. */
  readonly ageMs: number;
  /** Until the first of them expires, in ms; undefined where the service does not say. */
  readonly expiresInMs: number | undefined;
}

/** What keeps calls from going out. */
export interface Holdups {
  /** Calls waiting for a turn under a rate limit or a token limit. */
  readonly forLimit: number;
  /** The time left of a pause because of the service, in ms. */
  readonly pausedForMs: number;
  /** The part of it that the service asked for by naming a time, in ms; undefined where this process cannot tell. */
  readonly askedForMs?: number;
  /** Rows in backoff. */
  readonly inBackoff: number;
}

export function liveCounts(tally: RunTally): LiveCounts {
  return { tally, inFlight: () => 0, bytesDone: () => 0, retrying: 0 };
}
