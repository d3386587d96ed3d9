import type { JsonObject } from '../../rows/row.js';

/** Codes of gRPC, with the statuses that Google's APIs have for them over HTTP. (google/rpc/code.proto) */
const STATUSES: readonly (readonly [code: number, name: string, status: number])[] = [
  [2, 'UNKNOWN', 500],
  [3, 'INVALID_ARGUMENT', 400],
  [4, 'DEADLINE_EXCEEDED', 504],
  [5, 'NOT_FOUND', 404],
  [7, 'PERMISSION_DENIED', 403],
  [8, 'RESOURCE_EXHAUSTED', 429],
  [9, 'FAILED_PRECONDITION', 400],
  [10, 'ABORTED', 409],
  [11, 'OUT_OF_RANGE', 400],
  [13, 'INTERNAL', 500],
  [14, 'UNAVAILABLE', 503],
  [15, 'DATA_LOSS', 500],
  [16, 'UNAUTHENTICATED', 401],
];

/** The request did not run to its end, for no fault of its own. */
export function isCancellation({ code, status }: JsonObject): boolean {
  return Number(code) === 1 || status === 'CANCELLED';
}

/** Of an error with a code of gRPC, or of HTTP, or with a name alone; undefined for one that has nothing known. */
export function httpStatusOf({ code, status }: JsonObject): number | undefined {
  const number = Number(code);
  if (number >= 400 && number < 600) return number;
  return STATUSES.find(([rpc, name]) => rpc === number || name === status)?.[2];
}
