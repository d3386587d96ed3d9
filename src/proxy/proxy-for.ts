import { type HttpProxy, httpProxyOf } from './http-proxy.js';
import { isExempt } from './no-proxy.js';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL by the environment: HTTPS_PROXY for https, HTTP_PROXY for http, unless NO_PROXY exempts it;
 * undefined for a direct connection. A name in lower case wins over the one in upper case, even if it is empty, which
 * means no proxy.
 *
 * @throws ProxyAddressError where the variable holds no usable address.
 * @example
 * proxyFor(new URL('https://api.example'), { HTTPS_PROXY: 'http://proxy:3128' })?.origin; // 'http://proxy:3128'
 */
export function proxyFor(url: URL, environment: Variables): HttpProxy | undefined {
  const named = variable(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', environment);
  if (named === undefined) return undefined;
  const exempted = variable('NO_PROXY', environment);
  if (exempted !== undefined && isExempt(url, exempted.value)) return undefined;
  return httpProxyOf(named.name, named.value);
}

/** Undefined where it is unset or empty. */
function variable(
  upperCase: string,
  environment: Variables,
): { readonly name: string; readonly value: string } | undefined {
  const lowerCase = upperCase.toLowerCase();
  const name = environment[lowerCase] === undefined ? upperCase : lowerCase;
  const value = environment[name]?.trim() ?? '';
  return value === '' ? undefined : { name, value };
}
