import type { FinishedResult } from '../fabric/row-result.js';

/** What the calls for a row took. */
export interface Spent {
  /** Tokens of prompts, those read from a cache included. */
  readonly input: number;
  readonly output: number;
  /** Of `input`, those that the service had in its cache. */
  readonly cached: number;
  /** In the run's unit. */
  readonly cost: number;
  /** Calls whose price nobody knows: they are not in `cost`. */
  readonly unpriced: number;
}

/** A row's result, with what it took where that is known. */
export type WatchedResult = FinishedResult & {
  readonly spent?: Spent;
  /** The answer is an equal row's, or was kept from an earlier run: no call was made for it, and it has no latency. */
  readonly reused?: 'run' | 'cache';
};
