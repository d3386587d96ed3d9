import { CallError } from '../call-error.js';
import type { HttpResponse } from './exchange.js';

/**
 * The error that `decode` threw for a response, without the key: some services repeat it in what they say.
 * It goes before anything of that is cut or quoted, so `decode` is asked for its words again; what the error
 * means was told from the response as it came.
 */
export function errorWithoutKey<T>(
  error: unknown,
  response: HttpResponse,
  apiKey: string | undefined,
  decode: (response: HttpResponse) => T,
): unknown {
  const masked = apiKey ? withoutKey(response.body, apiKey) : response.body;
  if (masked === response.body || !(error instanceof CallError)) return error;
  const { kind, details } = error;
  try {
    decode({ ...response, body: masked });
  } catch (again) {
    if (again instanceof CallError) return new CallError(kind, again.message, details);
  }
  return new CallError(kind, 'the answer repeats the key', details);
}

/** What is shorter is no key, but a word such as `test` that an answer may well hold. */
const SHORTEST_KEY = 12;

/** The response, without the key where a service that echoes its requests has put it into an answer. */
export function responseWithoutKey(response: HttpResponse, apiKey: string | undefined): HttpResponse {
  if (apiKey === undefined || apiKey.length < SHORTEST_KEY || response.status >= 300) return response;
  const masked = withoutKey(response.body, apiKey);
  return masked === response.body ? response : { ...response, body: masked };
}

function withoutKey(body: string, apiKey: string): string {
  let masked = body;
  for (const spelling of spellingsOf(apiKey)) masked = masked.replaceAll(spelling, '[key]');
  return masked;
}

/** As it is, as JSON may have it, and as JSON in a text of JSON may, which models answer with. The longest come first. */
function spellingsOf(apiKey: string): readonly string[] {
  if (!/["\\/]/.test(apiKey)) return [apiKey];
  const inJson = escapedOnce(apiKey);
  const spellings = new Set([apiKey, ...inJson, ...inJson.flatMap(escapedOnce)]);
  return [...spellings].sort((a, b) => b.length - a.length);
}

/** Some encoders escape slashes too. (RFC 8259, 7) */
function escapedOnce(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  return [escaped, escaped.replaceAll('/', '\\/')];
}
