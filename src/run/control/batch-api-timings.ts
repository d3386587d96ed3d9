import { MINUTE, SECOND } from '../../limits/durations.js';

/** How long a run over a batch API waits for what. In ms. */
export interface BatchApiTimings {
  /** Between two looks at a batch that was cancelled by `batchai cancel`. */
  readonly pollMs: number;
  /** Between two looks at a batch in which nothing changes, at most. */
  readonly slowestPollMs: number;
  /** Before the next request where one had no answer. */
  readonly afterErrorMs: number;
  /** Before each look for a batch whose creation had no answer: lists lag behind by a minute or two. */
  readonly findMs: readonly number[];
  /** Before a creation that was refused for now, where no batch of ours is out whose end would make room. */
  readonly laterMs: number;
}

export const BATCH_API_TIMINGS: BatchApiTimings = {
  pollMs: 5 * SECOND,
  slowestPollMs: 5 * MINUTE,
  afterErrorMs: 10 * SECOND,
  findMs: [0, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE],
  laterMs: 2 * MINUTE,
};
