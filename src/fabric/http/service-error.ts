import { CallError, type CallErrorKind } from '../call-error.js';
import { type RefusalWords, refusalWordsIn } from './refusal-words.js';

/** What a service said instead of an answer. */
export interface ServiceRefusal {
  readonly status: number;
  /** The body as it came. */
  readonly body: string;
  /** How long the headers ask to wait, in ms. */
  readonly retryAfterMs: number | undefined;
}

/** Tells a refusal apart: by the code in its body first, then by its words, then by its status. */
export function callErrorOfRefusal(refusal: ServiceRefusal): CallError {
  const { status, body } = refusal;
  const words = refusalWordsIn(body);
  const retryAfterMs = refusal.retryAfterMs ?? delayIn(words.message);
  const kind =
    kindByCode(words, status, body) ?? kindByText(words, status) ?? kindByStatus(status, retryAfterMs);
  const text = words.message === '' ? '' : `: ${oneLine(words.message)}`;
  return new CallError(kind, `the service answered ${status}${text}`, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * Codes that mean the same whatever the status, the first that fits. The official SDKs look at the status
 * alone, and try a 429 that says "out of money" for ever.
 */
const BY_CODE: readonly (readonly [codes: RegExp, kind: CallErrorKind])[] = [
  [
    /^(insufficient_quota|credit_balance_exhausted|.*_spend_limit_exceeded|organization_usage_limit_exceeded|billing_error|enforced_spend_limit_reached|contract_spend_limit_reached|insufficient_credits|credits[._]depleted)$/,
    'no-credit',
  ],
  [/^(invalid_api_key|authentication_error|permission_error|API_KEY_INVALID)$/, 'auth'],
  // Together, Groq and Mistral have names of their own for a model that is not there
  [
    /^(model_not_found|fabric_not_found|model_not_available|model_decommissioned|invalid_model)$/,
    'unknown-fabric',
  ],
  [
    /^(content_filter|content_policy_violation|responsible_?ai_?policy_?violation|invalid_prompt|moderation_blocked|refusal)$/i,
    'refused',
  ],
  [
    /^(context_length_exceeded|string_above_max_length|request_too_large|exceed_context_size_error)$/,
    'too-large',
  ],
  // Groq, where the model did not keep to JSON or to its tool: another try may.
  [/^(json_validate_failed|tool_use_failed)$/, 'bad-answer'],
  // unavailable_error: llama.cpp, while it loads its model
  [/^(slow_down|server_is_overloaded|overloaded_error|capacity_exceeded|unavailable_error)$/, 'overloaded'],
];

/** Gemini's quota for a day, or one of nothing at all: waiting for seconds does not help. */
const DAILY_QUOTA = /PerDay|limit:\s*0(?![\d.])/;

/** What services say without a code for it. A status stands beside each, since a message may quote a row. */
const BY_TEXT: readonly (readonly [statuses: readonly number[], text: RegExp, kind: CallErrorKind])[] = [
  // Anthropic says an empty account with a 400
  [[400], /^Your credit balance is too low/i, 'no-credit'],
  [[403], /^Key limit exceeded/i, 'no-credit'],
  [[400], /^(API key not valid|Incorrect API key provided)/i, 'auth'],
  [[400], /is not a valid model ID$/i, 'unknown-fabric'],
  [[400], /^(prompt is too long|input is too long)|input length and `max_tokens` exceed/i, 'too-large'],
  [[400, 422], /maximum context length|available context size|input token count .*exceeds/i, 'too-large'],
  // OpenAI, for one request with more tokens than a whole minute may have: no wait makes it fit
  [[429], /^Request too large for/i, 'too-large'],
  [[403], /^Content violates usage guidelines|requires moderation|input was flagged/i, 'refused'],
  // Ollama's and vLLM's full queues, and models that are being loaded
  [
    [503],
    /maximum pending requests exceeded|\bqueue\b.*\b(full|length|limit|exceeded)|loading model|currently loading/i,
    'overloaded',
  ],
];

/** Statuses whose meaning nothing in the body has changed. */
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

function kindByCode(
  { codes, isFlagged }: RefusalWords,
  status: number,
  body: string,
): CallErrorKind | undefined {
  for (const [pattern, kind] of BY_CODE) {
    if (codes.some((code) => pattern.test(code))) return kind;
  }
  // OpenRouter's 403 would stop the run; with this beside it, only this row's text was held back.
  if (isFlagged) return 'refused';
  if (status === 429 && codes.includes('RESOURCE_EXHAUSTED') && DAILY_QUOTA.test(body)) return 'no-credit';
  return undefined;
}

function kindByText({ message }: RefusalWords, status: number): CallErrorKind | undefined {
  return BY_TEXT.find(([statuses, text]) => statuses.includes(status) && text.test(message))?.[2];
}

function kindByStatus(status: number, retryAfterMs: number | undefined): CallErrorKind {
  // A 503 that names no time costs an attempt; one that does is a wait that the service asked for.
  if (status === 503) return retryAfterMs === undefined ? 'server' : 'overloaded';
  const kind = BY_STATUS[status];
  if (kind !== undefined) return kind;
  if (status >= 500) return 'server';
  return status >= 400 ? 'bad-request' : 'misconfigured';
}

const DELAY = /(?:retry|try again) (?:in|after) (\d+(?:\.\d+)?)\s*(ms|s|seconds?)\b/i;

/** Gemini, OpenAI and Azure write into the message how long to wait. In ms. */
function delayIn(message: string): number | undefined {
  const [, amount, unit] = DELAY.exec(message) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * (unit?.toLowerCase() === 'ms' ? 1 : 1000);
}

/** A key of which a service shows the beginning and the end. */
const HALF_MASKED = /[^\s"':]*\*{3,}[^\s"'.,]*/g;

/** Longer texts of a service (whole HTML pages) are cut in messages. */
const MAX_MESSAGE = 300;

/**
 * No more is looked at: to look for half a key takes time with the square of a text without blanks, 18 s for 100 KB.
 * A key that begins in the message's part ends in this one.
 */
const LOOKED_AT = 4_000;

function oneLine(whole: string): string {
  const text = whole.slice(0, LOOKED_AT);
  const line = text.replace(HALF_MASKED, '[key]').replace(/\s+/g, ' ').trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}
