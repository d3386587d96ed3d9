import type { Connector } from '../../proxy/connectors.js';
import type { HttpProxy } from '../../proxy/http-proxy.js';
import { type ProxiedRoute, proxiedRoute } from '../../proxy/proxied-route.js';
import { CallError } from '../call-error.js';
import type { ResponseDecoder } from './exchange.js';
import { KeyMask } from './key-masking.js';
import { KeySpellings } from './key-spellings.js';
import type { Route } from './route.js';
import { callErrorOfProxy } from './transport-error.js';

/** The differences of calls that go through a proxy. */
export class ProxiedCalls implements Route {
  readonly #route: ProxiedRoute;
  readonly headers: readonly string[];
  readonly #closing = new AbortController();
  readonly #masks: readonly KeyMask[];
  readonly #spellings: readonly KeySpellings[];

  /** @param origin of the service. */
  constructor(proxy: HttpProxy, origin: string, timeoutMs: number) {
    this.#route = proxiedRoute(proxy, origin, { timeoutMs, signal: this.#closing.signal });
    this.headers = Object.entries(this.#route.headers).flat();
    // In a tunnel only the proxy sees them, and messages never repeat its words.
    const secrets = this.headers.length === 0 ? [] : secretsOf(proxy);
    this.#masks = secrets.map((secret) => new KeyMask(secret));
    this.#spellings = secrets.map((secret) => new KeySpellings(secret));
  }

  get origin(): string {
    return this.#route.origin;
  }

  get connect(): Connector {
    return this.#route.connect;
  }

  get pathPrefix(): string {
    return this.#route.pathPrefix;
  }

  /** Handles the proxy's own answers, and masks its user and password wherever they are repeated. */
  decoder<T>(decode: ResponseDecoder<T>): ResponseDecoder<T> {
    return (response, call) => {
      const proxyError = this.#route.ownError(response.status, response.headers);
      if (proxyError !== undefined) throw callErrorOfProxy(proxyError);
      try {
        return decode(
          this.#masks.reduce((masked, mask) => mask.response(masked), response),
          call,
        );
      } catch (error) {
        throw error instanceof CallError ? this.#told(error) : error;
      }
    };
  }

  /** Names the proxy in messages about pages that may be its own. */
  #told({ kind, message, details }: CallError): CallError {
    const { shown, variable } = this.#route.proxy;
    const masked = this.#spellings.reduce((text, spellings) => spellings.mask(text), message);
    const through = details.suspect === 'blocked' ? ` (through the proxy ${shown}, ${variable})` : '';
    return new CallError(kind, `${masked}${through}`, details);
  }

  /** Ends the connections that are being made. */
  close(): void {
    this.#closing.abort();
  }
}

/** User and password of a proxy as they are sent, and the password as it is. */
export function secretsOf({ authorization }: HttpProxy): string[] {
  if (authorization === undefined) return [];
  const encoded = authorization.replace('Basic ', '');
  const text = Buffer.from(encoded, 'base64').toString();
  const password = text.slice(text.indexOf(':') + 1);
  return password === '' ? [encoded] : [encoded, password];
}
