import type { StopReason } from '../../run/control/stop.js';
import { exitCodeOfStop } from '../exit-code-of.js';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { paint } from '../paint.js';
import { printAside } from '../print.js';
import { describeError } from '../text/error.js';
import { interruptedBy } from '../text/interrupted.js';
import { type AdvisedCalls, adviceOn } from '../text/service-advice.js';

/**
 * Says why a trial ended early.
 *
 * @param soFar what was done until then.
 */
export function endStopped(io: CliIo, reason: StopReason, calls: AdvisedCalls, soFar: string): ExitCode {
  printAside(io, `batchai: ${paint.yellow('stopped:')} ${describeReason(reason, calls)}; ${soFar}\n`);
  return exitCodeOfStop(reason);
}

function describeReason(reason: StopReason, calls: AdvisedCalls): string {
  switch (reason.kind) {
    case 'interrupted':
      return interruptedBy(reason.signal);
    case 'service':
      return `${reason.error.message} (${adviceOn(reason.error, calls)})`;
    case 'failure':
      return describeError(reason.error);
    default:
      return reason.kind;
  }
}
