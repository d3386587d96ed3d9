import type { StoredOutcome } from '../../fabric/stored-result.js';
import { CALL_WAITS, type CallNotes } from './call-notes.js';

/** What became of a row, as it lies in Redis. */
export type StoredResult = StoredOutcome & { readonly notes?: CallNotes };

/**
 * Whether a value that was found in Redis is a result: others write there too, by hand or with a fault, and what is taken
 * for a result is written into the output.
 */
export function isStoredResult(value: unknown): value is StoredResult {
  if (!isObject(value)) return false;
  const { calls, spent, tiers, reused, model, notes } = value;
  return (
    isCount(calls) &&
    (isObject(value.failure) ? isFailure(value.failure) : isAnswer(value)) &&
    isAbsentOr(spent, isSpending) &&
    isAbsentOr(tiers, (record) => isObject(record) && Array.isArray(record.steps)) &&
    isAbsentOr(reused, (from) => from === 'run' || from === 'cache') &&
    isAbsentOr(model, (name) => typeof name === 'string') &&
    isAbsentOr(notes, areNotes)
  );
}

type Members = Readonly<Record<string, unknown>>;

function isAnswer({ answer, ms }: Members): boolean {
  return answer !== undefined && answer !== null && isAmount(ms);
}

function isFailure({ kind, message, attempts, failedAt, status }: Members): boolean {
  return (
    [kind, message, failedAt].every((text) => typeof text === 'string') &&
    isCount(attempts) &&
    isAbsentOr(status, isCount)
  );
}

function isSpending(value: unknown): boolean {
  return Array.isArray(value) && (value.length === 5 || value.length === 6) && value.every(isAmount);
}

function areNotes(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { retried, waited, notices } = value;
  return (
    isAbsentOr(retried, (list) => Array.isArray(list) && list.every(isRetry)) &&
    isAbsentOr(
      waited,
      (waits) => isObject(waits) && CALL_WAITS.every((reason) => isAbsentOr(waits[reason], isAmount)),
    ) &&
    isAbsentOr(notices, Array.isArray)
  );
}

function isRetry(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'string' && isCount(value[1]);
}

function isAbsentOr(value: unknown, is: (value: unknown) => boolean): boolean {
  return value === undefined || is(value);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && isAmount(value);
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
