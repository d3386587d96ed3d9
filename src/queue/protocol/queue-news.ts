import type { Heartbeat } from './heartbeat.js';

/** What happens to a run on a queue. It goes on by itself. */
export type QueueNews = CoordinatorEvent | ConnectionEvent;

/** What a coordinator tells of its run. */
export type CoordinatorEvent =
  | WorkersEvent
  /** A coordinator that may have been killed holds the run for at most so many ms. */
  | { readonly kind: 'waits-for-lease'; readonly ms: number }
  /** The server has lost batches: they were queued again. */
  | { readonly kind: 'queued-again'; readonly batches: number };

/** Who works on a run, told when it changes. */
export type WorkersEvent =
  /** No worker takes the run's batches now. */
  | { readonly kind: 'no-workers' }
  /** These do, since one has come or gone. */
  | { readonly kind: 'workers'; readonly workers: readonly Heartbeat[] }
  /** There are workers, but only of other versions, which cannot take part. */
  | { readonly kind: 'other-protocols'; readonly workers: readonly Heartbeat[] }
  /** A worker leaves the run to others, as it lacks the key in this variable. */
  | { readonly kind: 'lacks-key'; readonly worker: Heartbeat; readonly keyEnv: string };

/** What happens to a connection while it is used. Whatever waits for the server goes on by itself. */
export type ConnectionEvent =
  /** The server is gone; commands wait for it. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'back'; readonly afterMs: number }
  /** The server refuses to write (its memory or disk is full); it is asked again every second. */
  | { readonly kind: 'full'; readonly message: string }
  | { readonly kind: 'writable'; readonly afterMs: number };
