import type { CallError } from '../../fabric/call-error.js';
import { refusalOf } from '../../fabric/http/refusal.js';
import { refusalWordsIn } from '../../fabric/http/refusal-words.js';
import { callErrorOfRefusal } from '../../fabric/http/service-error.js';
import { BatchApiError, type BatchApiErrorKind } from '../batch-service.js';

/** What a request wanted: after a lost answer, one that creates must not be sent again. */
export type Purpose = 'creates' | 'asks';

/** A response with a status that is no success. */
export interface RefusedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Without the key. */
  readonly body: string;
}

/** What a refusal of a batch API means. Its words are told apart by the rules for live calls. */
export function errorOfRefusal(response: RefusedResponse, purpose: Purpose, wallNow: number): BatchApiError {
  const refusal = callErrorOfRefusal(refusalOf({ ...response, latencyMs: 0 }, wallNow));
  const { retryAfterMs } = refusal.details;
  return new BatchApiError(kindOf(refusal, response, purpose), refusal.message, {
    status: response.status,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Of a queue that is full, told in the answer to a creation; live calls know the code as a row's that is too long. */
const FULL_QUEUE = /^token_limit_exceeded$/;
const FULL_QUEUE_WORDS = /\benqueued tokens?\b/i;

function kindOf({ kind }: CallError, { status, body }: RefusedResponse, purpose: Purpose): BatchApiErrorKind {
  if (kind === 'auth' || kind === 'no-credit' || kind === 'misconfigured') return 'account';
  if (status === 429) return 'later';
  if (status >= 500 || status === 408 || status === 409) return 'unknown';
  const { codes, message } = refusalWordsIn(body);
  if (codes.some((code) => FULL_QUEUE.test(code)) || FULL_QUEUE_WORDS.test(message)) return 'later';
  return status === 404 && purpose === 'asks' ? 'not-visible' : 'refused';
}

/**
 * What a connection that failed means: of one that was never made, nothing was asked for. An `aborted` one stays what
 * it is.
 */
export function errorOfTransport(error: CallError): BatchApiError | CallError {
  switch (error.kind) {
    case 'aborted':
      return error;
    case 'unreachable':
      return new BatchApiError('later', error.message);
    case 'misconfigured':
      return new BatchApiError('account', error.message);
    default:
      return new BatchApiError('unknown', error.message);
  }
}
