/** The longest wait that a service may ask for, in ms; a longer one is cut to this. */
export const MAX_RETRY_AFTER_MS = 15 * 60_000;

/** LiteLLM puts this before the headers of the service behind it, and before those of its own limits. */
const BEHIND_GATEWAY = 'llm_provider-';

/**
 * How long a service asks to wait, in ms: `retry-after-ms` (Azure), or else `Retry-After` (RFC 9110, 10.2.3)
 * in seconds or as a date, or else what a gateway passes on of either (LiteLLM). Undefined where there is no
 * valid value.
 */
export function retryAfterMs(
  header: (name: string) => string | undefined,
  wallNowMs: number,
): number | undefined {
  const passedOn = (name: string) => header(BEHIND_GATEWAY + name);
  const ms = askedMs(header, wallNowMs) ?? askedMs(passedOn, wallNowMs);
  return ms === undefined ? undefined : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}

function askedMs(header: (name: string) => string | undefined, wallNowMs: number): number | undefined {
  return amount(header('retry-after-ms'), 1) ?? secondsOrDate(header('retry-after'), wallNowMs);
}

function secondsOrDate(text: string | undefined, wallNowMs: number): number | undefined {
  return amount(text, 1_000) ?? untilDate(text, wallNowMs);
}

function amount(text: string | undefined, unitMs: number): number | undefined {
  return text !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) * unitMs : undefined;
}

/** Checked first, because Date.parse would read "-5" as a year and "soon 5" as a day in May. */
const DATE = /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? |\d{4}-\d\d-\d\dT)/;
/** The oldest of HTTP's three forms names no zone; it is GMT too. */
const ASCTIME = /^[A-Za-z]{3} [A-Za-z]{3} .*\d$/;

function untilDate(text: string | undefined, wallNowMs: number): number | undefined {
  const date = text?.trim() ?? '';
  if (!DATE.test(date)) return undefined;
  const at = Date.parse(ASCTIME.test(date) ? `${date} GMT` : date);
  return Number.isNaN(at) ? undefined : at - wallNowMs;
}
