import type { JsonObject, JsonValue } from '../../rows/row.js';
import { CallError, type CallErrorKind } from '../call-error.js';

/** What a service said instead of an answer. */
export interface ServiceRefusal {
  readonly status: number;
  /** The body as it came. */
  readonly body: string;
  /** How long the headers ask to wait, in ms. */
  readonly retryAfterMs: number | undefined;
}

/** Longer texts of a service (whole HTML pages) are cut in messages. */
const MAX_MESSAGE = 300;

/**
 * Codes in a body that mean "out of money", whatever the status. The official SDKs look at the status
 * alone and try such a 429 for ever.
 */
const NO_CREDIT =
  /^(insufficient_quota|credit_balance_exhausted|.*_spend_limit_exceeded|organization_usage_limit_exceeded|billing_error|enforced_spend_limit_reached|contract_spend_limit_reached|insufficient_credits|credits[._]depleted)$/;
const REFUSED = /^(content_filter|content_policy_violation|responsible_ai_policy_violation)$/i;
const TOO_LARGE = /^(context_length_exceeded|string_above_max_length|request_too_large)$/;
const UNKNOWN_MODEL = /^(model_not_found|fabric_not_found)$/;
const WRONG_KEY = /^(invalid_api_key|authentication_error|permission_error)$/;
const OVERLOADED = /^(slow_down|server_is_overloaded|overloaded_error|capacity_exceeded)$/;
/** Gemini's quota for a day, or one of nothing at all: waiting for seconds does not help. */
const DAILY_QUOTA = /PerDay|limit:\s*0(?![\d.])/;
/** Gemini says a wrong key with a 400, Anthropic an empty account. */
const WRONG_KEY_TEXT = /API_KEY_INVALID/;
const NO_CREDIT_TEXT = /credit balance is too low/i;
const DELAY_IN_TEXT = /retry in (\d+(?:\.\d+)?)\s*(ms|s)\b/i;

/** Statuses whose meaning no body code has changed. */
const BY_STATUS: Readonly<Record<number, CallErrorKind>> = {
  400: 'bad-request',
  401: 'auth',
  402: 'no-credit',
  403: 'auth',
  404: 'unknown-fabric',
  405: 'misconfigured',
  408: 'timeout',
  409: 'server',
  413: 'too-large',
  414: 'too-large',
  422: 'unprocessable',
  425: 'server',
  429: 'rate-limit',
  431: 'too-large',
  498: 'overloaded',
  529: 'overloaded',
};

/** Tells a refusal apart: by the code in its body first, then by its status. */
export function callErrorOfRefusal(refusal: ServiceRefusal): CallError {
  const said = readBody(refusal.body);
  const retryAfterMs = refusal.retryAfterMs ?? delayInText(said.message);
  const kind = kindByCode(said, refusal.status) ?? kindByStatus(refusal.status, retryAfterMs);
  const text = said.message === '' ? '' : `: ${oneLine(said.message)}`;
  return new CallError(kind, `the service answered ${refusal.status}${text}`, {
    status: refusal.status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

interface Said {
  readonly codes: readonly string[];
  readonly message: string;
  readonly text: string;
}

function kindByCode(said: Said, status: number): CallErrorKind | undefined {
  const has = (pattern: RegExp) => said.codes.some((code) => pattern.test(code));
  if (has(NO_CREDIT)) return 'no-credit';
  if (has(WRONG_KEY)) return 'auth';
  if (has(UNKNOWN_MODEL)) return 'unknown-fabric';
  if (has(REFUSED)) return 'refused';
  if (has(TOO_LARGE)) return 'too-large';
  if (status === 400 && WRONG_KEY_TEXT.test(said.text)) return 'auth';
  if (status === 400 && NO_CREDIT_TEXT.test(said.text)) return 'no-credit';
  if (status === 429 && has(/^RESOURCE_EXHAUSTED$/) && DAILY_QUOTA.test(said.text)) return 'no-credit';
  if (has(OVERLOADED)) return 'overloaded';
  return undefined;
}

function kindByStatus(status: number, retryAfterMs: number | undefined): CallErrorKind {
  // A 503 that names no time costs an attempt; one that does is a wait that the service asked for.
  if (status === 503) return retryAfterMs === undefined ? 'server' : 'overloaded';
  const kind = BY_STATUS[status];
  if (kind !== undefined) return kind;
  if (status >= 500) return 'server';
  return status >= 400 ? 'bad-request' : 'misconfigured';
}

/** `message`, `code` and `type` at the top level or under `error`, as all services have them. */
function readBody(body: string): Said {
  const top = parseObject(body);
  if (top === undefined) return { codes: [], message: body, text: body };
  const error = isObject(top.error) ? top.error : top;
  const details = isObject(error.details) ? error.details : {};
  const codes = [error.code, error.type, error.status, details.error_code, top.code, top.type].filter(
    (code) => typeof code === 'string',
  );
  const message = [error.message, top.message, top.error, top.detail].find(
    (text) => typeof text === 'string',
  );
  return { codes, message: message ?? '', text: body };
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function delayInText(message: string): number | undefined {
  const [, amount, unit] = DELAY_IN_TEXT.exec(message) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * (unit?.toLowerCase() === 'ms' ? 1 : 1000);
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}
