import type { JsonValue } from '../../rows/row.js';
import { retryAfterMs } from '../retry-after.js';
import type { HttpResponse } from './exchange.js';
import { isJsonObject } from './json-body.js';
import type { ServiceRefusal } from './service-error.js';

/** Reads a response other than the expected answer as a refusal. `wallNow` is in ms since 1970, for dates in it. */
export function refusalOf({ status, body, headers }: HttpResponse, wallNow: number): ServiceRefusal {
  const header = (name: string) => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  return { status, body, retryAfterMs: retryAfterMs(header, wallNow) };
}

/** Gateways wrap a refusal into a 200; its status is then in the error's code. */
export function refusalInside(error: JsonValue, body: string): ServiceRefusal {
  const code = isJsonObject(error) ? Number(error.code) : Number.NaN;
  return { status: code >= 400 && code < 600 ? code : 500, body, retryAfterMs: undefined };
}
