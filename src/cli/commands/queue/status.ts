import type { QueueStatus } from '../../../queue/coordinator/queue-status.js';
import { readQueueStatus } from '../../../run/queue/upkeep.js';
import { counted, formatCount, formatDuration } from '../../../wording/wording.js';
import type { ExitCode } from '../../exit-codes.js';
import type { CommandContext } from '../../io.js';
import type { QueueStatusFlags } from '../../options/queue.js';
import { paint } from '../../paint.js';
import { describeRate } from '../../text/plan.js';
import { showStatus } from '../show-status.js';
import { queueAddress } from './address.js';

/** `batchai queue status`: runs and workers, on standard output. */
export function queueStatusCommand(flags: QueueStatusFlags, { io }: CommandContext): Promise<ExitCode> {
  const queue = queueAddress(flags, io.env);
  return showStatus(io, flags, {
    look: () => readQueueStatus(queue, io.clock.wallNow()),
    // Runs and workers come and go.
    isOver: () => false,
    text: statusText,
    line: statusLine,
    json: (status) => status,
  });
}

function statusLine({ runs, workers }: QueueStatus): string {
  const total = (of: (run: QueueStatus['runs'][number]) => number) =>
    runs.reduce((sum, run) => sum + of(run), 0);
  const rowsPerSecond = workers.reduce((sum, worker) => sum + worker.rowsPerSecond, 0);
  return `${counted(runs.length, 'run')}: ${formatCount(total(({ done }) => done))} done, ${formatCount(total(({ failed }) => failed))} failed; ${counted(workers.length, 'worker')}: ${formatCount(rowsPerSecond)} rows/s`;
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
