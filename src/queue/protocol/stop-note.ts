import { CallError, type CallErrorKind } from '../../fabric/call-error.js';
import type { BudgetEnd } from '../../limits/budget.js';
import { QueueError } from './queue-error.js';

/** What a worker says when it stops a run: for an error that no row is to blame for, one of its own, or a budget's end. */
export type StopNote =
  | {
      readonly kind: CallErrorKind | typeof WORKER_FAILED;
      readonly message: string;
      readonly advice?: string;
    }
  | { readonly kind: typeof BUDGET; readonly end: BudgetEnd };

export const WORKER_FAILED = 'worker-failed';
export const BUDGET = 'budget';

/** With what the coordinator stops: an error, or the end of the budget; from the note as it lies in Redis. */
export function readStopNote(text: string): CallError | QueueError | BudgetEnd {
  const note = JSON.parse(text) as StopNote;
  if (note.kind === BUDGET) return note.end;
  const { kind, message, advice } = note;
  return kind === WORKER_FAILED
    ? new QueueError(kind, message)
    : new CallError(kind, message, advice === undefined ? {} : { advice });
}
