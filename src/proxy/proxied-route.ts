import { type Connector, type ConnectorOptions, proxyConnector, tunnelConnector } from './connectors.js';
import type { HttpProxy } from './http-proxy.js';
import { type ProxyError, proxyErrorOfStatus } from './proxy-error.js';

/** How requests to one service go through a proxy, in terms of undici's clients. */
export interface ProxiedRoute {
  readonly proxy: HttpProxy;
  /** What a client is made for. */
  readonly origin: string;
  readonly connect: Connector;
  /** Stands before the path of each request. */
  readonly pathPrefix: string;
  /** Sent with each request, besides its own. */
  readonly headers: Readonly<Record<string, string>>;
  /** What is wrong, where the proxy itself made a response. */
  readonly ownError: (status: number, headers: Readonly<Record<string, unknown>>) => ProxyError | undefined;
}

/**
 * The way to a service through a proxy: a tunnel to one of https; to one of http the proxy is sent whole URLs, since
 * many allow tunnels to port 443 alone.
 *
 * @param service scheme, host and port.
 */
export function proxiedRoute(proxy: HttpProxy, service: string, options: ConnectorOptions): ProxiedRoute {
  const { protocol, host, hostname, port } = new URL(service);
  if (protocol === 'https:') {
    return {
      proxy,
      origin: service,
      connect: tunnelConnector(proxy, `${hostname}:${port || 443}`, options),
      pathPrefix: '',
      headers: {},
      ownError: () => undefined,
    };
  }
  const { authorization } = proxy;
  return {
    proxy,
    origin: proxy.origin,
    connect: proxyConnector(proxy, options),
    pathPrefix: service,
    headers: { host, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
    ownError: (status, headers) =>
      status === 407 || (status >= 400 && isMadeByProxy(headers))
        ? proxyErrorOfStatus(proxy, status, host)
        : undefined,
  };
}

/** By Proxy-Status (RFC 9209, 2.1.1: `error` stands where the proxy made the response), and by what Squid says. */
function isMadeByProxy(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['x-squid-error'] !== undefined || /;\s*error=/.test(String(headers['proxy-status'] ?? ''));
}
