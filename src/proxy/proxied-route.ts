import { type Connector, type ConnectorOptions, proxyConnector, tunnelConnector } from './connectors.js';
import type { HttpProxy } from './http-proxy.js';
import { type ProxyError, proxyErrorOfStatus } from './proxy-error.js';

/** How undici's clients reach one service through a proxy. */
export interface ProxiedRoute {
  readonly proxy: HttpProxy;
  /** The origin that a client is made for. */
  readonly origin: string;
  readonly connect: Connector;
  /** Comes before the path of each request. */
  readonly pathPrefix: string;
  /** Headers added to each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The error, where the proxy itself made a response. */
  readonly ownError: (status: number, headers: Readonly<Record<string, unknown>>) => ProxyError | undefined;
}

/**
 * The route to a service through a proxy: a tunnel for https; for http the proxy gets whole URLs, since many proxies
 * allow tunnels to port 443 only.
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

/** Detected by Proxy-Status (RFC 9209, 2.1.1: `error` means that the proxy made the response), or by Squid's header. */
function isMadeByProxy(headers: Readonly<Record<string, unknown>>): boolean {
  return headers['x-squid-error'] !== undefined || /;\s*error=/.test(String(headers['proxy-status'] ?? ''));
}
