import { isJsonObject } from '../../fabric/http/json-body.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import type { ShardResult } from '../batch-service.js';
import { EXCERPT, objectInLine, unreadable } from '../readable-line.js';
import { httpStatusOf, isCancellation } from './rpc-status.js';

/**
 * One line of a batch's responses: `{"key":"r1","response":{…}}`, or `{"key":"r1","error":{"code":3,"message":"…"}}`
 * with a code of gRPC. (ai.google.dev/gemini-api/docs/batch-api)
 */
export function geminiResult(line: string): ShardResult {
  const object = objectInLine(line);
  return (object && geminiResponse(object)) ?? unreadable(line);
}

/** The same, of a response that stands in the batch itself; undefined where it has no key. */
export function geminiResponse(value: JsonValue): ShardResult | undefined {
  const object = isJsonObject(value) ? value : {};
  const { metadata, response, error } = object;
  const id = object.key ?? (isJsonObject(metadata) ? metadata.key : undefined);
  if (typeof id !== 'string' || id === '') return undefined;
  if (isJsonObject(error)) return ofError(id, error);
  if (!isJsonObject(response)) return { id, kind: 'failed', message: 'neither an answer nor an error' };
  return { id, kind: 'response', status: 200, body: stringifyJson(response) };
}

/** The body is that of a live refusal, whose code is a status. */
function ofError(id: string, error: JsonObject): ShardResult {
  if (isCancellation(error)) return { id, kind: 'not-run', reason: 'cancelled' };
  const status = httpStatusOf(error);
  if (status !== undefined) {
    return { id, kind: 'response', status, body: stringifyJson({ error: { ...error, code: status } }) };
  }
  const { code, message } = error;
  const words = typeof message === 'string' && message !== '' ? message : `error ${String(code)}`;
  return { id, kind: 'failed', message: words.slice(0, EXCERPT) };
}
