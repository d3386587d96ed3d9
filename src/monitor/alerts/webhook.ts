/// <reference path="../../undici-parts.d.ts" />
import type { Pool } from 'undici';
import sendRequest from 'undici/lib/api/api-request.js';
// undici's own index loads its fetch, WebSocket and caches too.
import UndiciPool from 'undici/lib/dispatcher/pool.js';
import { basicAuthorization, type HttpProxy } from '../../proxy/http-proxy.js';
import { type ProxiedRoute, proxiedRoute } from '../../proxy/proxied-route.js';
import { ProxyError } from '../../proxy/proxy-error.js';
import type { Alert } from './alert.js';
import { type AlertTarget, DeliveryError } from './delivery-queue.js';
import { maskedUrl } from './masked-url.js';

/**
 * Posts alerts to a URL as JSON, in the form of Slack's and Mattermost's incoming webhooks. Messages leave out what
 * follows the host in the URL, since it is a password.
 */
export class Webhook implements AlertTarget {
  readonly shown: string;
  readonly timeoutMs = 5_000;
  readonly attempts = 2;
  readonly #url: URL;
  readonly #authorization: string | undefined;
  readonly #route: ProxiedRoute | undefined;
  readonly #pool: Pool;
  readonly #closing = new AbortController();

  /**
   * @param url http or https; a user and password in it are sent as basic authentication.
   * @param proxy on the way to it; undefined: none.
   */
  constructor(url: string, proxy?: HttpProxy) {
    this.shown = maskedUrl(url);
    this.#url = new URL(url);
    this.#authorization = basicAuthorization(this.#url);
    this.#url.username = '';
    this.#url.password = '';
    const limits = { timeoutMs: this.timeoutMs, signal: this.#closing.signal };
    this.#route = proxy && proxiedRoute(proxy, this.#url.origin, limits);
    this.#pool = new UndiciPool(this.#route?.origin ?? this.#url.origin, {
      connections: 1,
      ...(this.#route && { connect: this.#route.connect }),
    });
  }

  async deliver(alert: Alert, signal: AbortSignal): Promise<void> {
    const status = await this.#post(JSON.stringify({ ...alert, text: escaped(alert.text) }), signal);
    // A redirect is not followed: it would send the alert to another host.
    if (status < 200 || status > 299) throw new DeliveryError(`HTTP ${status}`);
  }

  close(): Promise<void> {
    this.#closing.abort();
    return this.#pool.destroy();
  }

  async #post(body: string, signal: AbortSignal): Promise<number> {
    try {
      const { pathname, search } = this.#url;
      const response = await sendRequest.call(this.#pool, {
        method: 'POST',
        path: `${this.#route?.pathPrefix ?? ''}${pathname}${search}`,
        headers: {
          ...this.#route?.headers,
          'content-type': 'application/json',
          ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        },
        body,
        signal,
      });
      await response.body.dump();
      const proxyError = this.#route?.ownError(response.statusCode, response.headers);
      if (proxyError !== undefined) throw proxyError;
      return response.statusCode;
    } catch (error) {
      throw new DeliveryError(reasonOf(error, signal, this.timeoutMs));
    }
  }
}

/** Slack reads `<!channel>` as a command and `&` as the start of an entity; Mattermost shows the escapes as Slack does. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The error's code alone: messages of sockets and TLS may hold more. */
function reasonOf(error: unknown, signal: AbortSignal, timeoutMs: number): string {
  if (signal.aborted) return `no answer within ${timeoutMs / 1000} s`;
  if (error instanceof ProxyError) return error.message;
  return error instanceof Error && 'code' in error ? String(error.code) : 'the connection failed';
}
