import type { ResponseHeaders } from './http/http-transport.js';

/** What a service says is left of its limit on requests. */
export interface ServiceLimits {
  readonly remaining: number;
  /** Until the limit is as it was, in ms. */
  readonly resetMs: number;
}

const DURATION_PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** A reset that is a larger number of seconds is a time since 1970. */
const LONGEST_SECONDS = 10_000_000;

/** Where the services put it: the names for what is left and for the reset. */
const NAMES: readonly (readonly [string, string])[] = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-requests-reset'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['ratelimit-remaining', 'ratelimit-reset'],
];

/** Reads the limit headers of a response, whichever family they are of; undefined where there are none that make sense. */
export function readLimitHeaders(headers: ResponseHeaders, wallNowMs: number): ServiceLimits | undefined {
  for (const [remainingName, resetName] of NAMES) {
    const remaining = headers[remainingName];
    if (remaining === undefined) continue;
    // Azure sends limits of -1 or 0 that mean nothing.
    const limit = headers[remainingName.replace('remaining', 'limit')];
    if (limit !== undefined && !(Number(limit) > 0)) return undefined;
    return limits(Number(remaining), resetMs(String(headers[resetName] ?? ''), wallNowMs));
  }
  const structured = headers.ratelimit;
  return structured === undefined ? undefined : readStructured(String(structured));
}

/** IETF draft 11, `RateLimit: "default";r=50;t=30`; of several policies the strictest. */
function readStructured(text: string): ServiceLimits | undefined {
  const policies = text.split(',').flatMap((policy) => {
    const remaining = /;\s*r=(\d+)/.exec(policy)?.[1];
    const seconds = /;\s*t=(\d+)/.exec(policy)?.[1];
    return limits(Number(remaining), Number(seconds) * 1_000) ?? [];
  });
  return policies.sort((a, b) => a.remaining / a.resetMs - b.remaining / b.resetMs)[0];
}

function limits(remaining: number, reset: number | undefined): ServiceLimits | undefined {
  return remaining >= 0 && reset !== undefined && reset > 0 ? { remaining, resetMs: reset } : undefined;
}

/** `12ms`, `1s`, `6m0s`, plain seconds, seconds or ms since 1970, or a date (RFC 3339). */
function resetMs(text: string, wallNowMs: number): number | undefined {
  const plain = Number(text);
  if (text.trim() !== '' && !Number.isNaN(plain)) {
    if (plain < LONGEST_SECONDS) return plain * 1_000;
    return (plain > LONGEST_SECONDS * 1_000 ? plain : plain * 1_000) - wallNowMs;
  }
  const parts = [...text.matchAll(DURATION_PART)];
  if (parts.length > 0 && parts.map(([part]) => part).join('') === text.trim()) {
    return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ''] ?? 0), 0);
  }
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - wallNowMs;
}
