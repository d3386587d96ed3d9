import { systemClock } from './limits/clock.js';
import type { ProcessContext } from './run/control/context.js';
import { RUN_TIMINGS } from './run/control/timings.js';
import { processes, self, standardStreams } from './this-process.js';

/** What runs that a program starts use of its process. */
export function libraryContext(): ProcessContext {
  return {
    clock: systemClock,
    random: Math.random,
    timings: RUN_TIMINGS,
    processes,
    self: self(),
    standardOutput: standardStreams.output,
  };
}

/** What their plans look at. */
export function planSurroundings() {
  return {
    standardInput: standardStreams.input,
    processes,
    wallNow: () => systemClock.wallNow(),
  };
}
