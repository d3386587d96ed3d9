import type { HttpProxy } from './http-proxy.js';

/**
 * What a proxy did wrong: `refused`, what no waiting mends; `unreachable`, what may pass: the proxy cannot be
 * connected to, or cannot connect to the service. Its message holds no user and no password.
 */
export type ProxyErrorKind = 'refused' | 'unreachable';

export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** Of the environment, that names the proxy. */
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

/** What a proxy means that answers `status` by itself, when it is asked for `target`. */
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

/** A certificate that nobody vouches for, or something else than HTTP or TLS at the port. */
const NO_PROXY_THERE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|EPROTO|^HPE_/;

/** What a connection to a proxy that could not be made means. */
export function proxyErrorOfConnection(proxy: HttpProxy, error: Error): ProxyError {
  const code = codeOf(error);
  return NO_PROXY_THERE.test(code)
    ? new ProxyError('refused', proxy, `does not answer as a proxy of its scheme does (${code})`)
    : new ProxyError('unreachable', proxy, `cannot be reached (${code || error.message})`);
}

/** Several addresses of a host, all tried in vain, come as one AggregateError. */
function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return '';
}
