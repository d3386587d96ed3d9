import type { RemoteBatch, Upload } from '../../batch-api/batch-service.js';
import type { RowRanges } from './row-ranges.js';
import type { ShardRecord } from './shard-records.js';

/** How far a shard has come: the last of its steps. */
export type ShardStep = Exclude<ShardRecord['step'], 'opened' | 'live' | 'form' | 'queue-limit' | 'seen'>;

/** A part of the rows that goes to the service as one batch. */
export interface Shard {
  readonly number: number;
  /** The rows whose results are kept with it, sent or not; undefined where its rows are sent again. */
  readonly home: { readonly from: number; readonly to: number } | undefined;
  readonly rows: RowRanges;
  readonly bytes: number;
  /** The form of its requests. */
  readonly form: string;
  /** Of its prompts, as far as can be told. */
  readonly tokens: number;
  readonly reserved: number;
  readonly writtenAt: number;
  step: ShardStep;
  upload: Upload;
  /** When its creation was sent, in ms since 1970. */
  sentAt: number;
  /** With which address and key, as a fingerprint. */
  sentBy: string | undefined;
  batch: RemoteBatch | undefined;
  /** Rows in its open file, and those of them that are in a later shard. */
  open: number;
  taken: number;
  /** Its batch is not there any more for the key that made it; not kept over the run's end. */
  isGone: boolean;
  /** The service has no room for it before another one has ended. */
  waitsForRoom: boolean;
  /** How often the service's queue had no room for its tokens. */
  queueRefusals: number;
  cost: number;
  /** Answers and failures that its batch brought. */
  results: number;
}

/** The last row whose result it has, or may have. */
export function lastRowOf({ home, rows }: Shard): number {
  return home?.to ?? rows.last;
}

/** It is to be created. */
export function isWaiting({ step }: Pick<Shard, 'step'>): boolean {
  return WAITING.has(step);
}

/** All of its results are on disk. */
export function isHarvested({ step }: Pick<Shard, 'step'>): boolean {
  return HARVESTED.has(step);
}

/** None of its rows waits for anything. */
export function isDone({ step, open, taken }: Shard): boolean {
  return HARVESTED.has(step) && open <= taken;
}

const WAITING: ReadonlySet<ShardStep> = new Set([
  'written',
  'uploading',
  'uploaded',
  'creating',
  'freed',
  'withdrawn',
]);
const HARVESTED: ReadonlySet<ShardStep> = new Set(['harvested', 'kept', 'removed']);
