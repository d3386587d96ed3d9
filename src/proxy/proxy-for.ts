import { type HttpProxy, httpProxyOf } from './http-proxy.js';
import { isExempt } from './no-proxy.js';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment names for a URL: HTTPS_PROXY for https, HTTP_PROXY for http, unless NO_PROXY exempts
 * it; undefined where the way is direct. A name in lower case counts more than one in upper case, even where it is
 * empty, which means none.
 *
 * @throws ProxyAddressError where the variable that counts holds no address of a proxy.
 */
export function proxyFor(url: URL, environment: Variables): HttpProxy | undefined {
  const named = variable(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY', environment);
  if (named === undefined) return undefined;
  const exempted = variable('NO_PROXY', environment);
  if (exempted !== undefined && isExempt(url, exempted.value)) return undefined;
  return httpProxyOf(named.name, named.value);
}

/** Undefined where it is empty. */
function variable(
  upperCase: string,
  environment: Variables,
): { readonly name: string; readonly value: string } | undefined {
  const lowerCase = upperCase.toLowerCase();
  const name = environment[lowerCase] === undefined ? upperCase : lowerCase;
  const value = environment[name]?.trim() ?? '';
  return value === '' ? undefined : { name, value };
}
