import type { Processes } from '../checkpoint/lock.js';
import type { Clock } from '../limits/clock.js';
import type { LiveCounts } from '../monitor/live-counts.js';

/** What a run needs of the world. */
export interface RunWorld {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly processes: Processes;
  /** Where rows go that have no file. */
  readonly standardOutput: NodeJS.WritableStream;
  /** Called when the first call is about to go out. */
  readonly started?: (counts: LiveCounts) => void;
}
