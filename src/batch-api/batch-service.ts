import type { WireFormat } from '../fabric/model/wire-format.js';
import type { JsonObject } from '../rows/row.js';
import type { FullQueue } from './queue-limit.js';

/**
 * A service's batch API: rows go up together, and answers come within hours for less than live ones cost.
 *
 * What every driver promises, and `test/contracts/` checks of each:
 * - A driver keeps no state of its own. What has to outlive a crash goes through `SubmissionRecord`.
 * - Nothing is created twice: `submit` sends one request that creates, and never repeats it. Where its answer is
 *   lost, it throws a `BatchApiError` of kind `unknown`, and only `find` tells what became of it.
 * - An ended batch is not a successful one. `results` reads everything that a terminal batch left, whichever way it
 *   ended: output and error file, an empty one, none at all.
 * - Lines are told apart by their id alone, never by their place. A line that cannot be read is one result.
 *
 * All methods throw `BatchApiError`, or `CallError` `aborted` after `close`.
 */
export interface BatchService {
  /** As people know it: `OpenAI`. */
  readonly name: string;
  readonly limits: ShardLimits;
  /** What a row costs beside what it costs live: 0.5 is half. */
  readonly priceShare: number;
  /** Requests are checked only while the batch runs, so that a mistake shows after hours: a live call goes first. */
  readonly validatesLate: boolean;
  /** The form of its requests and answers. */
  readonly wire: WireFormat;
  /**
   * One request as it stands in a shard's file: a line without its end.
   *
   * @param body JSON, as `wire` makes it.
   */
  line(id: string, body: string): string;
  /** Uploads a shard where the service has files, and creates its batch. Each step is recorded before the next one. */
  submit(shard: ShardToSubmit, record: SubmissionRecord): Promise<RemoteBatch>;
  /** Looks for the batch of a shard whose creation has no answer. */
  find(shard: LostShard): Promise<Found>;
  poll(batch: BatchHandle): Promise<RemoteBatch>;
  /** Asks for an end. It is there when `poll` says so, not before. A batch that has ended is left as it is. */
  cancel(batch: BatchHandle): Promise<void>;
  /** Of a batch that has ended. Read as it comes, so that memory holds one line and not a file. */
  results(batch: RemoteBatch): AsyncIterable<ShardResult>;
  /** Removes the files, and where it can the batch, that a shard has at the service. What is gone already is no error. */
  remove(leftovers: Leftovers): Promise<void>;
  close(): Promise<void>;
}

/** What a shard may hold at most. */
export interface ShardLimits {
  readonly rows: number;
  /** Of its file. */
  readonly bytes: number;
  /** Of its requests' prompts, where the service has so small a queue; undefined: any number. */
  readonly tokens?: number;
}

/** A part of the rows, on its way into a batch of its own. */
export interface ShardToSubmit {
  /** Tells it from all others at the service, and stands in the name of its file: `bai-1f2e3d4c-7`. */
  readonly tag: string;
  /** Its file here: lines as `line` makes them, each with its end. */
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** The model of all its requests. */
  readonly model: string;
  /** What an earlier try got to. */
  readonly upload: Upload;
}

/** How far the upload of a shard's file has come. */
export type Upload =
  | { readonly state: 'none' }
  /** It was begun, and nothing is known of its end: the service is asked for it by name and size first. */
  | { readonly state: 'begun' }
  | { readonly state: 'done'; readonly file: string };

/** Takes down each step of a submission. A step goes out when its promise has resolved: then no crash loses it. */
export interface SubmissionRecord {
  uploading(): Promise<void>;
  /** @param file as the service calls it. */
  uploaded(file: string): Promise<void>;
  creating(): Promise<void>;
}

/** A shard whose creation was sent, and whose answer was lost. */
export interface LostShard {
  readonly tag: string;
  readonly rows: number;
  /** The uploaded file, where the service has files. */
  readonly file: string | undefined;
  /** When the request went out, in ms since 1970. */
  readonly sentAt: number;
  /** Batches that are known to be other shards'. */
  readonly others: ReadonlySet<string>;
}

export type Found =
  | { readonly kind: 'one'; readonly batch: RemoteBatch }
  /** The service lists none. A list may lag behind for a minute or two. */
  | { readonly kind: 'none' }
  /** Each of these may be it, since the service keeps no tag; only their results tell. */
  | { readonly kind: 'unsure'; readonly batches: readonly RemoteBatch[] };

/** What is enough to ask for a batch. */
export interface BatchHandle {
  readonly id: string;
}

/** A batch as its service describes it. */
export interface RemoteBatch extends BatchHandle {
  readonly phase: BatchPhase;
  /** The service's own word for it. */
  readonly word: string;
  /** Undefined where the service does not count, or not yet. */
  readonly counts?: { readonly total: number; readonly succeeded: number; readonly failed: number };
  /** ms since 1970. */
  readonly createdAt?: number;
  readonly expiresAt?: number;
  /** Why nothing of it ran; undefined where something may have. */
  readonly refusal?: BatchApiError;
  /** What else the driver needs to read its results: names of files, an address. Plain JSON without secrets. */
  readonly details: JsonObject;
}

/** A word that is not known is never `ended`. */
export type BatchPhase = 'queued' | 'running' | 'finalizing' | 'cancelling' | 'ended';

/** What became of one request. A request that is in no result was not run, or is lost: both are asked again. */
export type ShardResult =
  /** The live API's answer, with its status: an answer, or a refusal. The body is as it came, digits and all. */
  | { readonly id: string; readonly kind: 'response'; readonly status: number; readonly body: string }
  /** Not run, not billed: the batch ended first. */
  | { readonly id: string; readonly kind: 'not-run'; readonly reason: 'expired' | 'cancelled' }
  /** It was run, and something went wrong that is no answer of the live API. */
  | { readonly id: string; readonly kind: 'failed'; readonly message: string }
  /** A line that cannot be read, or has no id. */
  | { readonly id: undefined; readonly kind: 'unreadable'; readonly text: string };

/** What a shard may have left at the service. */
export interface Leftovers {
  /** Its tag, for files that were uploaded and whose name was never heard. */
  readonly tag: string;
  readonly upload: Upload;
  readonly batch: RemoteBatch | undefined;
}

export type BatchApiErrorKind =
  /** A definite no: nothing was created, and nothing will be by the same request. */
  | 'refused'
  /**
   * Nothing was done: too much is queued there already, requests come too fast, or there is no way to the service now.
   * The same later.
   */
  | 'later'
  /** No answer, or one that tells nothing: what was asked for may have been done. */
  | 'unknown'
  /** The key, the balance, the project or a proxy: all of the run stops, no row is to blame. */
  | 'account'
  /** Not there for this key. It may be there for another, so nothing is sent again. */
  | 'not-visible'
  /** Not there any more for the key that made it. */
  | 'gone';

/** Whatever a batch API said instead of doing what it was asked. The message holds no secret. */
export class BatchApiError extends Error {
  override readonly name = 'BatchApiError';

  constructor(
    readonly kind: BatchApiErrorKind,
    message: string,
    readonly details: {
      readonly status?: number;
      /** How long the service asked to wait, in ms. */
      readonly retryAfterMs?: number;
      /** Set where its queue of tokens is full. */
      readonly fullQueue?: FullQueue;
    } = {},
  ) {
    super(message);
  }
}
