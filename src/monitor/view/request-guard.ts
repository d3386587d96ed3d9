import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What the server looks at before it answers. */
export interface GuardedRequest {
  readonly method?: string | undefined;
  /** Path and query. */
  readonly url?: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export type Admission =
  /** `path` is what stands behind the token: `/`, `/rows`. */
  | { readonly kind: 'admitted'; readonly path: string; readonly parameters: URLSearchParams }
  | { readonly kind: 'refused'; readonly status: 403 | 404 | 405; readonly message: string };

const OWN_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * Admits requests of a browser that was given the address, and no others. Rows may be secret, and every page that the browser
 * has open can send requests to this machine: the token keeps out who guesses the port, the Host header a name
 * that was made to point here (DNS rebinding), Origin and Sec-Fetch-Site the scripts of other pages. The port of the
 * Host header is not looked at, since a tunnel may have another.
 */
export function admit({ method, url, headers }: GuardedRequest, token: string): Admission {
  if (method !== 'GET' && method !== 'HEAD') return refused(405, 'only GET is answered');
  if (!OWN_HOSTS.has(hostName(headers.host)))
    return refused(
      403,
      'asked for under a name that is not of this machine; use the address as it was printed',
    );
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host}`)
    return refused(403, 'asked for by another page');
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return refused(403, 'asked for by another page; paste the address into a tab of its own');
  const [path = '', ...parameters] = (url ?? '').split('?');
  const [, given = '', ...rest] = path.split('/');
  if (rest.length === 0 || !isEqual(given, token))
    return refused(404, 'nothing is here; use the whole address, as it was printed');
  return {
    kind: 'admitted',
    path: `/${rest.join('/')}`,
    parameters: new URLSearchParams(parameters.join('?')),
  };
}

function refused(status: 403 | 404 | 405, message: string): Admission {
  return { kind: 'refused', status, message };
}

/** `127.0.0.1` of `127.0.0.1:8080`. */
function hostName(host: string | undefined): string {
  return (host ?? '').replace(/:\d*$/, '').toLowerCase();
}

/** Takes as long whatever the beginning of the text is. */
function isEqual(given: string, wanted: string): boolean {
  return timingSafeEqual(digest(given), digest(wanted));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
