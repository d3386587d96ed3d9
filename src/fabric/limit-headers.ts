import type { ResponseHeaders } from './http/response-head.js';
import { readRateLimitField } from './rate-limit-field.js';
import { retryAfterMs } from './retry-after.js';

/** What is left by a service's headers. */
export interface ServiceLimits {
  /** Calls, or tokens, that the service still takes. */
  readonly remaining: number;
  /** Time until the full limit is available again, in ms. */
  readonly resetMs: number;
}

/** What is left of each kind that a service counts. */
export interface LimitsByKind {
  readonly requests?: ServiceLimits;
  /** Prompts and answers together. */
  readonly tokens?: ServiceLimits;
  /** Prompts. */
  readonly inputTokens?: ServiceLimits;
  /** Answers. */
  readonly outputTokens?: ServiceLimits;
}

type Kind = keyof LimitsByKind;

interface Family {
  readonly kind: Kind;
  readonly remaining: string;
  readonly reset: string;
  readonly limit: string;
}

/**
 * The names under which services say what is left; without a limit header, any is believed.
 *
 * Groq counts requests per day and tokens per minute under the same names. Its resets, like OpenAI's, say when
 * a bucket that fills up all the time will be full again: 30 calls after midnight, 14,370 are left of the 14,400
 * a day, and the reset is in 180 s. So no limit per day is spread over a day (see ServiceQuota; resets further
 * away than MAX_SERVER_WAIT_MS are cut to it there) unless next to nothing is left of it.
 */
const FAMILIES: readonly Family[] = [
  // OpenAI, Groq, Together, Azure
  xRateLimit('requests', '-requests'),
  xRateLimit('tokens', '-tokens'),
  // OpenRouter, GitHub and many gateways
  xRateLimit('requests', ''),
  anthropic('requests', 'requests'),
  anthropic('tokens', 'tokens'),
  anthropic('inputTokens', 'input-tokens'),
  anthropic('outputTokens', 'output-tokens'),
  // draft-ietf-httpapi-ratelimit-headers up to 06
  {
    kind: 'requests',
    remaining: 'ratelimit-remaining',
    reset: 'ratelimit-reset',
    limit: 'ratelimit-limit',
  },
];

function xRateLimit(kind: Kind, suffix: string): Family {
  return {
    kind,
    remaining: `x-ratelimit-remaining${suffix}`,
    reset: `x-ratelimit-reset${suffix}`,
    limit: `x-ratelimit-limit${suffix}`,
  };
}

function anthropic(kind: Kind, name: string): Family {
  return {
    kind,
    remaining: `anthropic-ratelimit-${name}-remaining`,
    reset: `anthropic-ratelimit-${name}-reset`,
    limit: `anthropic-ratelimit-${name}-limit`,
  };
}

/**
 * What is left by a response's headers; of each kind the strictest where there are several. Malformed values are
 * ignored; undefined where no header counts.
 */
export function readLimitHeaders(headers: ResponseHeaders, wallNowMs: number): LimitsByKind | undefined {
  const limits: { -readonly [kind in Kind]?: ServiceLimits } = {};
  let isSaid = false;
  const note = (kind: Kind, said: ServiceLimits | undefined) => {
    if (said === undefined) return;
    limits[kind] = stricter(limits[kind], said);
    isSaid = true;
  };
  for (const { kind, remaining, reset, limit } of FAMILIES) {
    const left = headers[remaining];
    if (left === undefined) continue;
    note(kind, limitsOf(left.toString(), headers[reset]?.toString(), headers[limit]?.toString(), wallNowMs));
  }
  if (headers.ratelimit !== undefined) {
    const policies = headers['ratelimit-policy']?.toString() ?? '';
    for (const { unit, ...said } of readRateLimitField(headers.ratelimit.toString(), policies)) {
      if (unit === 'requests' || unit === 'tokens') note(unit, said);
    }
  }
  return isSaid ? sooner(limits, headers, wallNowMs) : undefined;
}

/** A Retry-After bounds the reset of what is used up. */
function sooner(limits: LimitsByKind, headers: ResponseHeaders, wallNowMs: number): LimitsByKind {
  if (Object.values(limits).every(({ remaining }: ServiceLimits) => remaining >= 1)) return limits;
  const asked = retryAfterMs((name) => headers[name]?.toString(), wallNowMs);
  if (asked === undefined) return limits;
  const kinds = Object.entries(limits).map(([kind, { remaining, resetMs }]: [string, ServiceLimits]) => [
    kind,
    { remaining, resetMs: remaining < 1 ? Math.min(resetMs, asked) : resetMs },
  ]);
  return Object.fromEntries(kinds);
}

/** The reset where nothing is left and no time is named: as long as the first pause of our own. */
const UNSAID_RESET_MS = 2_000;

function limitsOf(
  left: string,
  reset: string | undefined,
  limit: string | undefined,
  wallNowMs: number,
): ServiceLimits | undefined {
  // Azure says -1 or 0 of 0 where it does not count.
  if (limit !== undefined && Number(limit) <= 0) return undefined;
  const remaining = amount(left);
  const said = reset === undefined ? undefined : untilReset(reset.trim(), wallNowMs);
  const resetMs = said ?? (remaining === 0 && reset === undefined ? UNSAID_RESET_MS : undefined);
  return remaining === undefined || resetMs === undefined ? undefined : { remaining, resetMs };
}

function stricter(a: ServiceLimits | undefined, b: ServiceLimits): ServiceLimits {
  if (a === undefined) return b;
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
