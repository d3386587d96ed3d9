import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import type { Processes } from '../../checkpoint/lock.js';
import type { Clock } from '../../limits/clock.js';
import type { LimitPart } from '../../limits/shared/shared-rate.js';
import type { RunWatch } from '../../monitor/run-watch.js';
import type { RunTimings } from './timings.js';

/** What of its process a run uses. */
export interface ProcessContext {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly timings: RunTimings;
  readonly processes: Processes;
  /** Where rows go that have no file. */
  readonly standardOutput: NodeJS.WritableStream;
  readonly self: { readonly host: string; readonly version: string };
  /** Takes part in a rate that runs of the process share; undefined: the run has its own alone. */
  readonly joinLimit?: () => LimitPart;
}

/** What a run uses that is not its own: its process, and the one listener to its events. */
export interface RunContext extends ProcessContext {
  /** Without methods where nothing listens. */
  readonly watch: RunWatch;
}

/** What a store needs to report its checkpoints; nothing where no listener has a method for it. */
export function savedWatch({ watch, clock }: RunContext): { saved?: (checkpoint: Checkpoint) => void } {
  if (watch.checkpointSaved === undefined) return {};
  return {
    saved: ({ rowsCommitted }) => watch.checkpointSaved?.({ rowsCommitted, at: clock.wallNow() }),
  };
}
