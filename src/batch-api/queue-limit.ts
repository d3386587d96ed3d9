/** Of a queue that is full, told in the answer to a creation or by a batch that failed. */
const FULL_QUEUE_CODE = /^token_limit_exceeded$/;
const FULL_QUEUE_WORDS = /\benqueued tokens?\b|\benqueued token limit\b/i;

/** `Limit: 90,000 enqueued tokens`, `the configured limit of 30K` */
const LIMIT = /\blimit(?: of|:)\s*(\d[\d,]*(?:\.\d+)?)\s*([KMB])?\b/i;
const UNITS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, B: 1e9 };

/** The service's queue is full: a batch fits into it once an earlier one has ended, or never. */
export interface FullQueue {
  /** Tokens that the queue holds, where the service says it. */
  readonly limit: number | undefined;
}

/**
 * What a refusal says about the service's queue; undefined where it is about something else.
 *
 * @example fullQueueIn(['token_limit_exceeded'], 'Limit: 90,000 enqueued tokens') // { limit: 90000 }
 */
export function fullQueueIn(codes: readonly string[], message: string): FullQueue | undefined {
  if (!codes.some((code) => FULL_QUEUE_CODE.test(code)) && !FULL_QUEUE_WORDS.test(message)) return undefined;
  const [, digits, unit = ''] = LIMIT.exec(message) ?? [];
  if (digits === undefined) return { limit: undefined };
  const limit = Number(digits.replaceAll(',', '')) * (UNITS[unit.toUpperCase()] ?? 1);
  return { limit: limit >= 1 ? Math.floor(limit) : undefined };
}
