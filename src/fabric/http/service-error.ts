import { CallError, type CallErrorDetails, type CallErrorKind } from '../call-error.js';
import { BY_CODE, BY_STATUS, BY_STATUS_AND_CODE, BY_TEXT, DAILY_QUOTA } from './refusal-rules.js';
import { LOOKED_AT, type RefusalWords, refusalWordsIn } from './refusal-words.js';

/** A service's response in place of an answer. */
export interface ServiceRefusal {
  readonly status: number;
  /** The body as it came. */
  readonly body: string;
  /** How long the headers ask to wait, in ms. */
  readonly retryAfterMs: number | undefined;
  /** No key was sent with the request. */
  readonly isKeyless?: boolean;
}

/** Tells a refusal apart: by the code in its body first, then by its words, then by its status. */
export function callErrorOfRefusal(refusal: ServiceRefusal): CallError {
  const { status, body } = refusal;
  const words = refusalWordsIn(body);
  const retryAfterMs = refusal.retryAfterMs ?? delayIn(words.message);
  const kind =
    kindByCode(words, status, body) ?? kindByText(words, status) ?? kindByStatus(status, retryAfterMs);
  const text = words.message === '' ? '' : `: ${oneLine(words.message)}`;
  const suspect = suspectIn(refusal, words);
  return new CallError(kind, `the service answered ${status}${text}`, {
    status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(suspect === undefined ? {} : { suspect }),
  });
}

function kindByCode(
  { codes, isFlagged }: RefusalWords,
  status: number,
  body: string,
): CallErrorKind | undefined {
  for (const [pattern, kind] of BY_CODE) {
    if (codes.some((code) => pattern.test(code))) return kind;
  }
  for (const [isStatus, pattern, kind] of BY_STATUS_AND_CODE) {
    if (isStatus(status) && codes.some((code) => pattern.test(code))) return kind;
  }
  // OpenRouter's 403 would stop the run; with this beside it, only this row's text was held back.
  if (isFlagged) return 'refused';
  const isQuota = status === 429 && codes.includes('RESOURCE_EXHAUSTED');
  return isQuota && DAILY_QUOTA.test(body.slice(0, LOOKED_AT)) ? 'no-credit' : undefined;
}

function kindByText({ message, inner }: RefusalWords, status: number): CallErrorKind | undefined {
  const texts = inner === '' ? [message] : [message, inner];
  return BY_TEXT.find(
    ([statuses, text]) => statuses.includes(status) && texts.some((words) => text.test(words)),
  )?.[2];
}

function kindByStatus(status: number, retryAfterMs: number | undefined): CallErrorKind {
  // A 503 with a time is a wait that the service asked for; without one it costs an attempt.
  if (status === 503) return retryAfterMs === undefined ? 'server' : 'overloaded';
  const kind = BY_STATUS[status];
  if (kind !== undefined) return kind;
  if (status >= 500) return 'server';
  return status >= 400 ? 'bad-request' : 'misconfigured';
}

/** Statuses with which firewalls and proxies reject a request for its text. */
const BLOCKING = new Set([403, 405, 406]);

/** Words of a gateway that failed on a missing key, or on anything else. */
const PLAIN_FAILURE = /^\s*(internal server error)?\s*$/i;

function suspectIn(
  { status, isKeyless }: ServiceRefusal,
  { isJson, message }: RefusalWords,
): CallErrorDetails['suspect'] {
  // Services send refusals as JSON.
  if (BLOCKING.has(status) && !isJson) return 'blocked';
  return status === 500 && isKeyless === true && PLAIN_FAILURE.test(message) ? 'no-key' : undefined;
}

const DELAY = /(?:retry|try again) (?:in|after) (\d{1,9}(?:\.\d{1,9})?)\s?(ms|s|seconds?)\b/i;

/** The wait in the message of Gemini, OpenAI and Azure, in ms. */
function delayIn(message: string): number | undefined {
  const [, amount, unit] = DELAY.exec(message) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * (unit?.toLowerCase() === 'ms' ? 1 : 1000);
}

/** A key that a service shows in part: its beginning and its end. */
const HALF_MASKED = /[^\s"':*]{0,200}\*{3,}[^\s"'.,]{0,200}/g;

/** Longer texts of a service (whole HTML pages) are cut in messages. */
const MAX_MESSAGE = 300;

function oneLine(text: string): string {
  const line = text.replace(HALF_MASKED, '[key]').replace(/\s+/g, ' ').trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}…` : line;
}
