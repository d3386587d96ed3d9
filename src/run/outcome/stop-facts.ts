import { counted } from '../../wording/wording.js';
import type { StopReason } from '../control/stop.js';

/** The reason for a person, in one line. */
export function stopFacts(reason: StopReason): { kind: string; message: string } {
  const { kind } = reason;
  switch (kind) {
    case 'interrupted':
      return { kind, message: `interrupted by ${reason.signal}` };
    case 'asked':
      return { kind, message: 'stopped by the program that ran it' };
    case 'service':
    case 'batch-api':
    case 'unreadable-row':
    case 'input-changed':
    case 'failure':
      return { kind, message: reason.error.message };
    case 'submitted':
      return {
        kind,
        message: `everything is submitted (${counted(reason.batches, 'batch', 'batches')} out)`,
      };
    case 'max-errors':
      return { kind, message: `${counted(reason.failed, 'row')} failed, more than --max-errors allows` };
    case 'budget':
      return { kind, message: `the budget is used up (${reason.end.kind})` };
    case 'deadline':
      return { kind, message: `the deadline is reached (${new Date(reason.at).toISOString()})` };
  }
}
