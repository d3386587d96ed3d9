import type { QueueStatus } from '../../../queue/coordinator/queue-status.js';
import { readQueueStatus } from '../../../run/queue/upkeep.js';
import { counted, formatCount, formatDuration } from '../../../wording/wording.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CommandContext } from '../../io.js';
import type { QueueStatusFlags } from '../../options/queue.js';
import { paint } from '../../paint.js';
import { print } from '../../print.js';
import { describeRate } from '../../text/plan.js';
import { queueAddress } from './address.js';

/** `batchai queue status`: runs and workers, on standard output. */
export async function queueStatusCommand(flags: QueueStatusFlags, { io }: CommandContext): Promise<ExitCode> {
  const status = await readQueueStatus(queueAddress(flags, io.env), io.clock.wallNow());
  print(io, flags.json ? `${JSON.stringify(status)}\n` : statusText(status));
  return 0;
}

function statusText({ runs, workers }: QueueStatus): string {
  const lines = [
    runs.length === 0 ? 'no run' : '',
    ...runs.flatMap((run) => [
      `${paint.bold(run.name)} ${paint.dim(run.id)}`,
      `  ${run.fabric}, ${run.state}${run.coordinator.isAlive ? '' : ', without its coordinator'}`,
      `  rows: ${formatCount(run.done)} done, ${formatCount(run.failed)} failed; batches: ${formatCount(run.waiting)} waiting, ${formatCount(run.active)} active${run.oldestJobMs === undefined ? '' : `, the oldest for ${formatDuration(run.oldestJobMs)}`}`,
      `  ${describeRate(run.rate)}${run.tokensPerMinute === undefined ? '' : `, ${counted(run.tokensPerMinute, 'token')} a minute`}${run.pausedForMs > 0 ? `, paused for ${formatDuration(run.pausedForMs)}` : ''}`,
    ]),
    workers.length === 0 ? 'no worker' : '',
    ...workers.map(
      ({ name, host, pid, version, rowsPerSecond, inFlight, runs: served }) =>
        `${paint.bold(name)} on ${host} (process ${pid}, batchai ${version}): ${formatCount(rowsPerSecond)} rows/s, ${inFlight} in flight, ${counted(served.length, 'run')}`,
    ),
  ];
  return lines
    .filter((line) => line !== '')
    .map((line) => `${line}\n`)
    .join('');
}
