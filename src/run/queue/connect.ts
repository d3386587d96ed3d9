import type { QueueConnection } from '../../queue/redis/redis-connection.js';
import type { RunContext } from '../control/context.js';
import type { QueuePlan } from '../plan/queue.js';

/**
 * Connects to the queue of a plan, where it has one, before anything is written.
 *
 * @throws QueueError where it cannot be used.
 */
export async function connectQueue(
  queue: QueuePlan | undefined,
  { watch }: Pick<RunContext, 'watch'>,
): Promise<QueueConnection | undefined> {
  if (queue === undefined) return undefined;
  const { connectToQueue } = await import('../../queue/redis/redis-connection.js');
  const connection = await connectToQueue(queue);
  connection.onEvent((news) => watch.queue?.(news));
  return connection;
}
