import { isJsonObject } from '../../fabric/http/json-body.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonValue } from '../../rows/row.js';
import type { ShardResult } from '../batch-service.js';
import { EXCERPT, objectInLine, unreadable } from '../readable-line.js';

/**
 * One line of a batch's results: `{"custom_id":"a","result":{"type":"succeeded","message":{…}}}`, or a result of type
 * `errored`, `canceled` or `expired`. (platform.claude.com/docs/en/api/creating-message-batches)
 */
export function anthropicResult(line: string): ShardResult {
  const object = objectInLine(line);
  const id = object?.custom_id;
  if (object === undefined || typeof id !== 'string' || id === '') {
    return unreadable(line);
  }
  const result = isJsonObject(object.result) ? object.result : {};
  switch (result.type) {
    case 'succeeded':
      return isJsonObject(result.message)
        ? { id, kind: 'response', status: 200, body: stringifyJson(result.message) }
        : { id, kind: 'failed', message: 'succeeded without an answer' };
    case 'errored':
      return ofError(id, result.error);
    case 'canceled':
      return { id, kind: 'not-run', reason: 'cancelled' };
    case 'expired':
      return { id, kind: 'not-run', reason: 'expired' };
    default:
      return { id, kind: 'failed', message: `a result of type ${String(result.type)}`.slice(0, EXCERPT) };
  }
}

/** The statuses that live calls have with these errors. (platform.claude.com/docs/en/api/errors) */
const STATUSES: ReadonlyMap<JsonValue | undefined, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

/** The error is the body of a live refusal, so the rules for those tell a row at fault from an account that is empty. */
function ofError(id: string, body: JsonValue | undefined): ShardResult {
  const outer = isJsonObject(body) ? body : {};
  const error = isJsonObject(outer.error) ? outer.error : outer;
  const status = STATUSES.get(error.type);
  if (status !== undefined) return { id, kind: 'response', status, body: stringifyJson(outer) };
  const { message } = error;
  const words = typeof message === 'string' && message !== '' ? message : `error ${String(error.type)}`;
  return { id, kind: 'failed', message: words.slice(0, EXCERPT) };
}
