import type { Fabric } from './fabric.js';

/**
 * A layer that does something about each call, and is in all else the fabric that it stands around.
 *
 * @param run makes the call, by `next.run`, or does without it.
 * @example
 * const checked = layerOver(next, async (call) => check(await next.run(call)));
 */
export function layerOver(next: Fabric, run: Fabric['run']): Fabric {
  const estimate = next.estimate?.bind(next);
  return {
    run,
    ...(estimate === undefined ? {} : { estimate }),
    get inFlight() {
      return next.inFlight;
    },
    close: () => next.close(),
  };
}
