import { CallError } from '../call-error.js';
import type { HttpResponse, ResponseDecoder } from './exchange.js';

/**
 * The error that `decode` threw for a response, without the key: some services repeat it in what they say.
 * It goes before anything of that is cut or quoted, so `decode` is asked for its words again; what the error
 * means was told from the response as it came.
 */
export function errorWithoutKey<T>(
  error: unknown,
  response: HttpResponse,
  apiKey: string | undefined,
  decode: ResponseDecoder<T>,
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
  return response.body.includes(apiKey) ? { ...response, body: withoutKey(response.body, apiKey) } : response;
}

function withoutKey(body: string, apiKey: string): string {
  let masked = body;
  for (const spelling of spellingsOf(apiKey)) masked = masked.replaceAll(spelling, '[key]');
  return masked;
}

/** As it is, and as JSON may have it. */
function spellingsOf(apiKey: string): ReadonlySet<string> {
  const inJson = JSON.stringify(apiKey).slice(1, -1);
  return new Set([apiKey, inJson, inJson.replaceAll('/', '\\/')]);
}
