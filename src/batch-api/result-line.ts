import { isJsonObject } from '../fabric/http/json-body.js';
import { stringifyJson } from '../json/stringify-json.js';
import type { JsonObject, JsonValue } from '../rows/row.js';
import type { ShardResult } from './batch-service.js';
import { EXCERPT, objectInLine, unreadable } from './readable-line.js';

/**
 * One line of an output or error file, as OpenAI and all that follow it write them:
 * `{"custom_id":"r-2","response":{"status_code":200,"body":{…}},"error":null}`, or `"response":null,"error":{…}`.
 */
export function resultOfLine(line: string): ShardResult {
  const object = objectInLine(line);
  const id = object?.custom_id;
  if (object === undefined || typeof id !== 'string' || id === '') {
    return unreadable(line);
  }
  const { response, error } = object;
  return (isJsonObject(response) ? ofResponse(id, response) : undefined) ?? ofError(id, error);
}

/** Undefined where it says nothing: the error beside it may. */
function ofResponse(id: string, { status_code, body }: JsonObject): ShardResult | undefined {
  const status = Number(status_code);
  // Services were seen to call rows completed that have a status of 0.
  if (!Number.isInteger(status) || status < 100) return undefined;
  const text = textOf(body);
  if (status < 400 && text === '')
    return { id, kind: 'failed', message: `status ${status} without an answer` };
  return { id, kind: 'response', status, body: text };
}

function textOf(body: JsonValue | undefined): string {
  if (body === undefined || body === null) return '';
  return typeof body === 'string' ? body : stringifyJson(body);
}

const NOT_RUN: Readonly<Record<string, 'expired' | 'cancelled'>> = {
  batch_expired: 'expired',
  batch_cancelled: 'cancelled',
  batch_canceled: 'cancelled',
};

/** The statuses of live refusals with these codes: they tell a row at fault from an account that is empty. */
const STATUSES: readonly (readonly [code: RegExp, status: number])[] = [
  [/^(insufficient_quota|rate_limit|tokens?_limit|too_many_requests)/, 429],
  [/^(billing|payment)/, 402],
  [/^(invalid_api_key|authentication)/, 401],
  [/^permission/, 403],
  [/^model_not_found/, 404],
  [/^(invalid|context_length|string_above|content_|unsupported|missing_|unknown_parameter)/, 400],
];

function ofError(id: string, error: JsonValue | undefined): ShardResult {
  if (!isJsonObject(error)) {
    const message = typeof error === 'string' && error !== '' ? error : 'neither an answer nor an error';
    return { id, kind: 'failed', message: message.slice(0, EXCERPT) };
  }
  const { code, message } = error;
  const reason = typeof code === 'string' && Object.hasOwn(NOT_RUN, code) ? NOT_RUN[code] : undefined;
  if (reason !== undefined) return { id, kind: 'not-run', reason };
  const status = statusOf(code);
  if (status !== undefined) return { id, kind: 'response', status, body: stringifyJson({ error }) };
  const words = typeof message === 'string' && message !== '' ? message : `error ${String(code)}`;
  return { id, kind: 'failed', message: words.slice(0, EXCERPT) };
}

function statusOf(code: JsonValue | undefined): number | undefined {
  const number = Number(code);
  if (number >= 400 && number < 600) return number;
  return typeof code === 'string' ? STATUSES.find(([pattern]) => pattern.test(code))?.[1] : undefined;
}
