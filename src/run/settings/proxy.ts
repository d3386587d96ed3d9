import { type HttpProxy, ProxyAddressError } from '../../proxy/http-proxy.js';
import { proxyFor } from '../../proxy/proxy-for.js';
import type { Environment } from './environment.js';
import { SetUpError } from './set-up-error.js';

/**
 * The proxy on the way to an address, from the environment; undefined: none.
 *
 * @throws SetUpError where the variable that names it holds no address of a proxy.
 */
export function decideProxy(address: string, environment: Environment): HttpProxy | undefined {
  try {
    return proxyFor(new URL(address), environment);
  } catch (error) {
    throw error instanceof ProxyAddressError ? new SetUpError(error.message) : error;
  }
}
