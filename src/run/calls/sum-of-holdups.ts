import type { Holdups } from '../../monitor/live-counts.js';

/** What holds up the calls of several fabrics. */
export function sumOfHoldups(all: readonly Holdups[]): Holdups {
  return {
    forLimit: all.reduce((calls, { forLimit }) => calls + forLimit, 0),
    pausedForMs: Math.max(...all.map(({ pausedForMs }) => pausedForMs)),
    askedForMs: Math.max(...all.map(({ askedForMs = 0 }) => askedForMs)),
    inBackoff: all.reduce((rows, { inBackoff }) => rows + inBackoff, 0),
  };
}
