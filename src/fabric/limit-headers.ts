import type { ResponseHeaders } from './http/exchange.js';

/** What a service's headers say is left. */
export interface ServiceLimits {
  /** Calls that it will still take. */
  readonly remaining: number;
  /** In so many ms it takes as many as ever again. */
  readonly resetMs: number;
}

/** The names under which services say how many requests are left; without a limit header, any is believed. */
const FAMILIES: readonly { remaining: string; reset: string; limit: string }[] = [
  // OpenAI, Groq, Together, Azure
  {
    remaining: 'x-ratelimit-remaining-requests',
    reset: 'x-ratelimit-reset-requests',
    limit: 'x-ratelimit-limit-requests',
  },
  // OpenRouter, GitHub and many gateways
  { remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset', limit: 'x-ratelimit-limit' },
  {
    remaining: 'anthropic-ratelimit-requests-remaining',
    reset: 'anthropic-ratelimit-requests-reset',
    limit: 'anthropic-ratelimit-requests-limit',
  },
  // draft-ietf-httpapi-ratelimit-headers up to 06
  { remaining: 'ratelimit-remaining', reset: 'ratelimit-reset', limit: 'ratelimit-limit' },
];

/** What a response's headers say is left; the strictest where they say several things. Junk says nothing. */
export function readLimitHeaders(headers: ResponseHeaders, wallNowMs: number): ServiceLimits | undefined {
  let limits = readPolicies(headers.ratelimit?.toString());
  for (const { remaining, reset, limit } of FAMILIES) {
    const left = headers[remaining];
    if (left === undefined) continue;
    const said = limitsOf(left.toString(), headers[reset]?.toString(), headers[limit]?.toString(), wallNowMs);
    limits = stricter(limits, said);
  }
  return limits;
}

function limitsOf(
  left: string,
  reset: string | undefined,
  limit: string | undefined,
  wallNowMs: number,
): ServiceLimits | undefined {
  // Azure says -1 or 0 of 0 where it does not count.
  if (limit !== undefined && Number(limit) <= 0) return undefined;
  const remaining = amount(left);
  const resetMs = reset === undefined ? undefined : untilReset(reset.trim(), wallNowMs);
  return remaining === undefined || resetMs === undefined ? undefined : { remaining, resetMs };
}

/** `"burst";r=50;t=30, "day";r=900;t=3600` (draft 08 and later), or `limit=100, remaining=50, reset=5` (draft 07). */
function readPolicies(text: string | undefined): ServiceLimits | undefined {
  if (text === undefined) return undefined;
  // A policy's name may hold any character.
  const unnamed = text.replace(/"(?:[^"\\]|\\.)*"/g, '');
  let limits: ServiceLimits | undefined;
  for (const policy of unnamed.split(/,(?!\s*(?:remaining|reset)=)/)) {
    const remaining = /[;,\s](?:r|remaining)=(\d+)/.exec(`;${policy}`)?.[1];
    const reset = /[;,\s](?:t|reset)=(\d+)/.exec(`;${policy}`)?.[1];
    if (remaining !== undefined && reset !== undefined) {
      limits = stricter(limits, { remaining: Number(remaining), resetMs: Number(reset) * 1_000 });
    }
  }
  return limits;
}

function stricter(a: ServiceLimits | undefined, b: ServiceLimits | undefined): ServiceLimits | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  if (a.remaining === 0 && b.remaining === 0) return a.resetMs >= b.resetMs ? a : b;
  return a.remaining * b.resetMs <= b.remaining * a.resetMs ? a : b;
}

/** From here on a number is a date: in seconds since 1970 (this is 2001), or in ms. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MS = 1e12;
const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
const DATE = /^\d{4}-\d\d-\d\dT/;

/** Seconds, a duration such as `6m0s`, or a date as a number or in RFC 3339; in ms from now. */
function untilReset(text: string, wallNowMs: number): number | undefined {
  const number = amount(text);
  if (number !== undefined) {
    if (number >= EPOCH_MS) return Math.max(0, number - wallNowMs);
    return number >= EPOCH_SECONDS ? Math.max(0, number * 1_000 - wallNowMs) : number * 1_000;
  }
  if (DATE.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : Math.max(0, at - wallNowMs);
  }
  const parts = text === '' ? null : DURATION.exec(text);
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + ms;
}

function amount(text: string): number | undefined {
  return /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
