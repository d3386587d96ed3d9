import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import type { Processes } from '../../checkpoint/lock.js';
import type { ServiceNotice } from '../../fabric/service-notice.js';
import type { Clock } from '../../limits/clock.js';
import type { LiveCounts } from '../../monitor/live-counts.js';
import type { RunWatch } from '../../monitor/run-watch.js';
import type { CoordinatorEvent } from '../../queue/coordinator/queue-executor-options.js';
import type { ConnectionEvent } from '../../queue/redis/redis-connection.js';
import type { BatchApiNews } from './batch-api-news.js';
import type { RunTimings } from './timings.js';

/** What happens to a run on a queue; nobody has to do anything about it. */
export type QueueNews = CoordinatorEvent | ConnectionEvent;

/** Something that a person may want to know, and that the run goes on after. */
export type RunNotice =
  | { readonly kind: 'cache-failed'; readonly error: Error }
  /** A row of a JSONL file has `NaN` or `Infinity` among its values: the first one of the run. */
  | { readonly kind: 'words-as-text'; readonly row: number }
  /** The output cannot have all characters of a row's values: the first such row of the run. */
  | { readonly kind: 'characters-replaced'; readonly row: number }
  | ServiceNotice;

/** What a run needs of the world. */
export interface RunWorld {
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly timings: RunTimings;
  readonly processes: Processes;
  /** Where rows go that have no file. */
  readonly standardOutput: NodeJS.WritableStream;
  readonly self: { readonly host: string; readonly version: string };
  /** Hears what happens on the queue, where there is one. */
  readonly queueNews?: (news: QueueNews) => void;
  /** Hears what happens to the batches of a run over a batch API. */
  readonly batchApiNews?: (news: BatchApiNews) => void;
  /** Hears of what went wrong beside the work. */
  readonly notice?: (notice: RunNotice) => void;
  /** Hears what happens in the run. */
  readonly watch?: RunWatch;
  /** Called when the first call is about to go out. */
  readonly started?: (counts: LiveCounts) => void;
}

/** What a store needs to tell of its checkpoints; nothing where nobody hears. */
export function savedWatch({ watch, clock }: RunWorld): { saved?: (checkpoint: Checkpoint) => void } {
  if (watch?.checkpointSaved === undefined) return {};
  return {
    saved: ({ rowsCommitted }) => watch.checkpointSaved?.({ rowsCommitted, at: clock.wallNow() }),
  };
}
