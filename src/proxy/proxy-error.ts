import type { HttpProxy } from './http-proxy.js';

/**
 * `refused`: a proxy's refusal, which no wait mends. `unreachable`: the proxy cannot be reached, or cannot reach the
 * service, which may pass. Messages hold no user and no password.
 */
export type ProxyErrorKind = 'refused' | 'unreachable';

export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** The environment variable that names the proxy. */
  readonly variable: string;

  constructor(
    readonly kind: ProxyErrorKind,
    { shown, variable }: HttpProxy,
    what: string,
  ) {
    super(`the proxy ${shown} (${variable}) ${what}`);
    this.variable = variable;
  }
}

/** The error for a proxy's own response with `status` to a request for `target`. */
export function proxyErrorOfStatus(proxy: HttpProxy, status: number, target: string): ProxyError {
  if (status === 407) {
    const what =
      proxy.authorization === undefined ? 'wants a user and a password' : 'refuses the user or the password';
    return new ProxyError('refused', proxy, `${what} (407)`);
  }
  return status >= 500 || status === 429
    ? new ProxyError('unreachable', proxy, `cannot reach ${target} (${status})`)
    : new ProxyError('refused', proxy, `refuses to connect to ${target} (${status})`);
}

/** Codes of an untrusted certificate, or of a port that speaks neither HTTP nor TLS. */
const NO_PROXY_THERE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO|^HPE_/;

/** The error for a failed connection to a proxy. */
export function proxyErrorOfConnection(proxy: HttpProxy, error: Error): ProxyError {
  const code = codeOf(error);
  return NO_PROXY_THERE.test(code)
    ? new ProxyError('refused', proxy, `does not answer as a proxy of its scheme does (${code})`)
    : new ProxyError('unreachable', proxy, `cannot be reached (${code || error.message})`);
}

/** Failures at all addresses of a host come as one AggregateError. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return '';
}
