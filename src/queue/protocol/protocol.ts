/**
 * The version of what coordinators and workers say to each other: names of keys, forms of jobs and results.
 * Whoever changes one of these counts it up; different versions never meet in a queue.
 */
export const PROTOCOL = 8;

/** The hash tag keeps all keys on one slot of a cluster, so that scripts may touch several of them. */
export const DEFAULT_PREFIX = '{batchai}';

/** Keys that nobody renews go after so long, in ms: 3 days. */
export const KEEP_MS = 3 * 24 * 60 * 60_000;

/** The keys and channels that all runs share. */
export interface SharedKeys {
  /** The ids of all runs. */
  readonly runs: string;
  /** The ids of all workers. */
  readonly workers: string;
  /** Tells workers to look at the runs now. */
  readonly news: string;
  worker(id: string): string;
}

export function sharedKeys(prefix: string): SharedKeys {
  return {
    runs: `${prefix}:runs`,
    workers: `${prefix}:workers`,
    news: `${prefix}:news`,
    worker: (id) => `${prefix}:worker:${id}`,
  };
}

/** The keys of one run. */
export interface RunKeys {
  /** What workers need to know of it, its state and its counts: a hash. */
  readonly record: string;
  /** Who coordinates it; it expires. */
  readonly lease: string;
  /** The ids of batches that became complete: a list. */
  readonly done: string;
  /** The ids of batches that are queued and not collected: a set. */
  readonly open: string;
  /** The limiters of its fabrics: a hash. */
  readonly slots: string;
  /** What was spent, and what is reserved: a hash. */
  readonly budget: string;
  /** Steps of rows that have an outcome and are not in the coordinator's journal: a list. */
  readonly steps: string;
  /** Questions of workers about files that rows name: a sorted set, who asked first before the others. */
  readonly fileAsks: string;
  /** Bytes of files that workers have asked for and not taken yet: a hash; it expires. */
  readonly files: string;
  /** Tells the coordinator whose bytes were taken. */
  readonly filesTaken: string;
  /** Tells a worker what became of its questions about files. */
  fileWords(workerId: string): string;
  /** Tells everybody how long no call to a fabric may start, in ms. */
  pauses(stack: string): string;
  /** The results of a batch, by row number: a hash. */
  batch(batchId: string): string;
  /** BullMQ's name of the run's queue. */
  readonly queue: string;
  /** A key of BullMQ's for that queue: of a job by its id, or `wait`, `active`, … */
  bull(name: string): string;
}

export function runKeys(prefix: string, runId: string, protocol: number = PROTOCOL): RunKeys {
  const run = `${prefix}:run:${runId}`;
  const queue = `batches-p${protocol}-${runId}`;
  return {
    record: run,
    lease: `${run}:lease`,
    done: `${run}:done`,
    open: `${run}:open`,
    slots: `${run}:slots`,
    budget: `${run}:budget`,
    steps: `${run}:steps`,
    fileAsks: `${run}:file-asks`,
    files: `${run}:files`,
    filesTaken: `${run}:files-taken`,
    fileWords: (workerId) => `${run}:file-words:${workerId}`,
    pauses: (stack) => `${run}:pauses${stack}`,
    batch: (batchId) => `${prefix}:batch:${batchId}`,
    queue,
    bull: (name) => `${prefix}:${queue}:${name}`,
  };
}

/** All that BullMQ may keep for a queue beside its jobs. */
export const BULL_KEYS = [
  'active',
  'completed',
  'delayed',
  'events',
  'failed',
  'id',
  'limiter',
  'marker',
  'meta',
  'metrics:completed',
  'metrics:failed',
  'paused',
  'pc',
  'prioritized',
  'repeat',
  'stalled',
  'stalled-check',
  'wait',
  'waiting-children',
] as const;
