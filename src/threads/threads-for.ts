import { availableParallelism } from 'node:os';

/** How many threads are worth starting: one a core that this process may use, and no more than calls are allowed in the air. */
export function threadsFor(concurrency: number): number {
  return Math.min(availableParallelism(), concurrency);
}
