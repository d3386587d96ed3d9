import { cleanQueuedRun } from '../../run/queue/upkeep.js';
import type { QueueCleanFlags } from '../options/queue.js';
import { printAside } from '../print.js';
import { queueAddress } from './queue-address.js';

/** `batchai queue clean`: removes what a run left on a queue. */
export async function queueCleanCommand(run: string, flags: QueueCleanFlags): Promise<void> {
  await cleanQueuedRun(queueAddress(flags, process.env), run, { force: flags.force === true });
  printAside(`batchai: run ${run} is removed from the queue\n`);
}
