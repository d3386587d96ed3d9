import type { CallError } from '../../fabric/call-error.js';
import { refusalOf } from '../../fabric/http/refusal.js';
import { refusalWordsIn } from '../../fabric/http/refusal-words.js';
import { callErrorOfRefusal } from '../../fabric/http/service-error.js';
import { BatchApiError, type BatchApiErrorKind } from '../batch-service.js';
import { type FullQueue, fullQueueIn } from '../queue-limit.js';

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
  const { codes, message } = refusalWordsIn(response.body);
  const fullQueue = fullQueueIn(codes, message);
  return new BatchApiError(kindOf(refusal, response, purpose, fullQueue), refusal.message, {
    status: response.status,
    ...(fullQueue && { fullQueue }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Live calls know the code of a full queue as that of a row that is too long. */
function kindOf(
  { kind }: CallError,
  { status }: RefusedResponse,
  purpose: Purpose,
  fullQueue: FullQueue | undefined,
): BatchApiErrorKind {
  if (kind === 'auth' || kind === 'no-credit' || kind === 'misconfigured') return 'account';
  if (status === 429) return 'later';
  if (status >= 500 || status === 408 || status === 409) return 'unknown';
  if (fullQueue !== undefined) return 'later';
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
