import { isStoredOutcome, type StoredOutcome } from '../../fabric/stored-result.js';
import { CALL_WAITS, type CallNotes } from './call-notes.js';

/** What became of a row, as it lies in Redis. */
export type StoredResult = StoredOutcome & { readonly notes?: CallNotes };

/**
 * Whether a value that was found in Redis is a result: others write there too, by hand or with a fault, and what is taken
 * for a result is written into the output.
 */
export function isStoredResult(value: unknown): value is StoredResult {
  return (
    isObject(value) && isStoredOutcome(value) && value.answer !== null && isAbsentOr(value.notes, areNotes)
  );
}

type Members = Readonly<Record<string, unknown>>;

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
