import type { StopReason } from '../control/stop.js';
import { stopFacts } from './stop-facts.js';

/**
 * A run ended before its last row, and nothing is broken: its budget, its deadline, or too many failed rows.
 *
 * @example
 * if (error instanceof RunStoppedError) console.error(error.message);
 */
export class RunStoppedError extends Error {
  override readonly name = 'RunStoppedError';
  readonly kind: StopReason['kind'];

  constructor(readonly reason: StopReason) {
    super(stopFacts(reason).message);
    this.kind = reason.kind;
  }
}

/** The error that an iteration over results throws after a stop; undefined where the caller requested the stop. */
export function errorOfStop(reason: StopReason): Error | undefined {
  switch (reason.kind) {
    case 'asked':
    case 'interrupted':
      return undefined;
    case 'service':
    case 'batch-api':
    case 'unreadable-row':
    case 'input-changed':
    case 'failure':
      return reason.error;
    case 'submitted':
    case 'max-errors':
    case 'budget':
    case 'deadline':
      return new RunStoppedError(reason);
  }
}
