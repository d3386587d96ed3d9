import { decideQueue, type QueuePlan } from '../../../run/plan/queue.js';
import { SetUpError } from '../../../run/settings/set-up-error.js';
import { withoutUndefined } from '../../../run/settings/without-undefined.js';
import type { QueueAddressFlags } from '../../options/queue.js';

const NEAREST_QUEUE = 'redis://127.0.0.1:6379';

/**
 * Where the queue is: as the flags say, or the environment, or the Redis on this machine.
 *
 * @throws QueueError, SetUpError
 */
export function queueAddress(flags: QueueAddressFlags, environment: NodeJS.ProcessEnv): QueuePlan {
  const queue = flags.queue ?? (environment.BATCHAI_QUEUE_URL || NEAREST_QUEUE);
  const plan = decideQueue({ queue, environment, ...withoutUndefined({ queuePrefix: flags.queuePrefix }) });
  if (plan === undefined) throw new SetUpError('--queue none: there is no queue to look at; give its URL');
  return plan;
}
