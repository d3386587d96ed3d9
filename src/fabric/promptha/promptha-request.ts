import { jsonOfObject } from '../../json/json-text.js';
import type { Inputs } from '../fabric.js';
import { describeHeaders, type RequestDescription } from '../http/request-description.js';

/** Where a fabric at Promptha is. */
export interface PrompthaAddress {
  /** With its path, without a slash at the end: `https://api.promptha.com/v1`. */
  readonly baseUrl: string;
  readonly fabricId: string;
}

/** What all requests to a fabric at Promptha have in common. */
export interface PrompthaRequests {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  /** Names and values in turn; the value of the last, the Idempotency-Key, is each call's own. */
  readonly headers: string[];
  body(inputs: Inputs): string;
}

export function prompthaRequests({ baseUrl, fabricId }: PrompthaAddress, apiKey: string): PrompthaRequests {
  const url = new URL(baseUrl);
  const bodyStart = `{"fabricId":${JSON.stringify(fabricId)},"inputs":`;
  return {
    origin: url.origin,
    path: `${url.pathname.replace(/\/$/, '')}/fabrics/run`,
    headers: [
      ...['authorization', `Bearer ${apiKey}`],
      ...['content-type', 'application/json', 'accept', 'application/json', 'user-agent', 'batchai'],
      ...['idempotency-key', ''],
    ],
    body: (inputs) => `${bodyStart}${jsonOfObject(inputs)}}`,
  };
}

/** The request that a row would send, made by what sends it, with the key masked. */
export function describePrompthaRequest(address: PrompthaAddress, inputs: Inputs): RequestDescription {
  const { origin, path, headers, body } = prompthaRequests(address, '***');
  return { method: 'POST', url: `${origin}${path}`, headers: describeHeaders(headers), body: body(inputs) };
}
