import { CallError, type CallErrorKind } from '../../fabric/call-error.js';
import { QueueError } from './queue-error.js';

/** What a worker says when it stops a run: for an error that no row is to blame for, or one of its own. */
export interface StopNote {
  readonly kind: CallErrorKind | typeof WORKER_FAILED;
  readonly message: string;
  readonly advice?: string;
}

export const WORKER_FAILED = 'worker-failed';

/** The error with which the coordinator stops, from the note as it lies in Redis. */
export function errorOfStopNote(note: string): CallError | QueueError {
  const { kind, message, advice } = JSON.parse(note) as StopNote;
  return kind === WORKER_FAILED
    ? new QueueError(kind, message)
    : new CallError(kind, message, advice === undefined ? {} : { advice });
}
