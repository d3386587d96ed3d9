/** No service keeps a call waiting longer than this, in ms. */
export const MAX_RETRY_AFTER_MS = 15 * 60 * 1_000;

/**
 * How long a response asks to wait, in ms: `retry-after-ms`, else `retry-after` in seconds or as a date
 * (RFC 9110, 10.2.3). At most 15 minutes; undefined where nothing sensible is asked.
 *
 * @param header gives a header's value by its name in lower case.
 */
export function retryAfterMs(header: (name: string) => string | undefined, wallNowMs: number): number | undefined {
  const exact = amount(header('retry-after-ms'));
  if (exact !== undefined) return Math.min(exact, MAX_RETRY_AFTER_MS);
  const text = header('retry-after');
  const seconds = amount(text);
  if (seconds !== undefined) return Math.min(seconds * 1_000, MAX_RETRY_AFTER_MS);
  // A bare number would be taken for a year.
  const date = text === undefined || !/[a-z]/i.test(text) ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.min(Math.max(0, date - wallNowMs), MAX_RETRY_AFTER_MS);
}

function amount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
