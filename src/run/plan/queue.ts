import { readPrefix, readRedisUrl } from '../../queue/redis/redis-url.js';
import type { Environment } from '../settings/environment.js';
import type { QueueFiles } from '../settings/queue-files.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import type { Beginning } from './beginning.js';
import { attachedColumns, type CallPlan } from './call-plan.js';

/** Where workers take a run's rows from. */
export interface QueuePlan {
  /** May hold a password: never print it. */
  readonly url: string;
  readonly prefix: string;
  /** Without user and password. */
  readonly shownUrl: string;
}

/** The settings that decide the queue. */
export interface QueueSettings extends Pick<RunSettings, 'queue' | 'queuePrefix'> {
  readonly environment: Environment;
}

export const NO_QUEUE = 'none';

/**
 * The queue that was asked for, or that BATCHAI_QUEUE_URL names; undefined where there is none.
 *
 * @throws QueueError where the URL or the prefix cannot be used.
 */
export function decideQueue({ queue, queuePrefix, environment }: QueueSettings): QueuePlan | undefined {
  const url = queue ?? (environment.BATCHAI_QUEUE_URL || NO_QUEUE);
  if (url === NO_QUEUE) return undefined;
  return { url, prefix: readPrefix(queuePrefix), shownUrl: readRedisUrl(url).shown };
}

/**
 * What is still on the queue is found again by its batches.
 *
 * @throws SetUpError where a resumed run would make others.
 */
export function checkQueuedBatches(
  queue: QueuePlan | undefined,
  beginning: Beginning,
  batchSize: number,
): void {
  if (queue === undefined || beginning.kind !== 'resume') return;
  const before = beginning.saved.limits.batchSize;
  if (before === undefined || before === batchSize) return;
  throw new SetUpError(
    `this run was begun in batches of ${before}, by which the queue knows its rows: add --batch-size ${before}`,
  );
}

/** How workers come to the files that rows name; undefined where none are sent, or where there is no queue. */
export function decideQueueFiles(
  queue: QueuePlan | undefined,
  calls: CallPlan,
  files: QueueFiles = 'send',
): QueueFiles | undefined {
  return queue === undefined || attachedColumns(calls).length === 0 ? undefined : files;
}
