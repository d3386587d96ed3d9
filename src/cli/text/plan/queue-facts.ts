import type { Plan } from '../../../run/plan/plan.js';
import type { QueueFiles } from '../../../run/settings/queue-files.js';
import type { LabelledValue } from '../labelled-lines.js';

const WAYS_OF_FILES: Readonly<Record<QueueFiles, string>> = {
  send: 'files are sent to them from here',
  shared: 'they read files under the same paths as here',
};

/** The queue whose workers make the calls, or one that has no part in the run; empty where there is none. */
export function queueFacts({
  queue,
  queueFiles,
  idleQueue,
}: Pick<Plan, 'queue' | 'queueFiles'> & Partial<Pick<Plan, 'idleQueue'>>): LabelledValue[] {
  if (idleQueue !== undefined)
    return [['queue', `${idleQueue.shownUrl}: has no part in this run; batches are sent from here alone`]];
  if (queue === undefined) return [];
  const files = queueFiles === undefined ? '' : `; ${WAYS_OF_FILES[queueFiles]}`;
  return [['queue', `${queue.shownUrl}: workers make the calls, each as many as it says${files}`]];
}
