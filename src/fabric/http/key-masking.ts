import { CallError } from '../call-error.js';
import type { HttpResponse } from './exchange.js';
import { KeySpellings } from './key-spellings.js';

/** Shorter texts are words that answers may contain, such as `test`, rather than keys. */
const SHORTEST_KEY = 12;

/** Removes a service's key from its responses, since some services repeat it. One for each service. */
export class KeyMask {
  readonly #spellings: KeySpellings | undefined;
  readonly #isInAnswers: boolean;

  /** @param apiKey undefined where the service needs none. */
  constructor(apiKey: string | undefined) {
    this.#spellings = apiKey ? new KeySpellings(apiKey) : undefined;
    this.#isInAnswers = apiKey !== undefined && apiKey.length >= SHORTEST_KEY;
  }

  /** The response, without the key where a service that echoes its requests has put it into an answer. */
  response(response: HttpResponse): HttpResponse {
    if (!this.#isInAnswers || response.status >= 300) return response;
    return this.#masked(response);
  }

  /**
   * The error that `decode` threw for a response, without the key. It goes before anything of what the service said
   * is cut or quoted, so `decode` is asked for its words again; what the error means was told from the response as it
   * came.
   */
  error(error: unknown, response: HttpResponse, decode: (response: HttpResponse) => unknown): unknown {
    const masked = this.#masked(response);
    if (masked === response || !(error instanceof CallError)) return error;
    const { kind, details } = error;
    try {
      decode(masked);
    } catch (again) {
      if (again instanceof CallError) return new CallError(kind, again.message, details);
    }
    return new CallError(kind, 'the answer repeats the key', details);
  }

  #masked(response: HttpResponse): HttpResponse {
    const body = this.#spellings?.maskBody(response.body) ?? response.body;
    return body === response.body ? response : { ...response, body };
  }
}
