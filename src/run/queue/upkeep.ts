import { cleanRun } from '../../queue/coordinator/clean-run.js';
import { type QueueStatus, queueStatus } from '../../queue/coordinator/queue-status.js';
import { connectToQueue, type QueueConnection } from '../../queue/redis/redis-connection.js';
import type { QueuePlan } from '../plan/queue.js';

/**
 * What is on a queue, and who works on it. `now` is in ms since 1970.
 *
 * @throws QueueError where the queue cannot be used.
 */
export function readQueueStatus(queue: QueuePlan, now: number): Promise<QueueStatus> {
  return connected(queue, (connection) => queueStatus(connection, now));
}

/**
 * Removes everything of a run from a queue; results that were not collected are lost, and asked for anew.
 *
 * @throws QueueError where the queue cannot be used, does not know the run, or the run goes on and `force` is not given.
 */
export function cleanQueuedRun(
  queue: QueuePlan,
  runId: string,
  options: { readonly force: boolean },
): Promise<void> {
  return connected(queue, (connection) => cleanRun(connection, runId, options));
}

async function connected<T>(queue: QueuePlan, work: (connection: QueueConnection) => Promise<T>): Promise<T> {
  const connection = await connectToQueue(queue);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}
