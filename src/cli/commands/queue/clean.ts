import { cleanQueuedRun } from '../../../run/queue/upkeep.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CommandContext } from '../../io.js';
import type { QueueCleanFlags } from '../../options/queue.js';
import { printAside } from '../../print.js';
import { queueAddress } from './address.js';

/** `batchai queue clean`: removes what a run left on a queue. */
export async function queueCleanCommand(
  run: string,
  flags: QueueCleanFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  await cleanQueuedRun(queueAddress(flags, io.env), run, { force: flags.force === true });
  printAside(io, `batchai: removed run ${run} from the queue\n`);
  return 0;
}
