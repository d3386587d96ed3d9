/** A proxy named by an environment variable. */
export interface HttpProxy {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The value of `Proxy-Authorization`, from user and password in its address: a secret. */
  readonly authorization: string | undefined;
  /** The variable that names it: `HTTPS_PROXY`. */
  readonly variable: string;
  /** Its address for messages, without user and password. */
  readonly shown: string;
}

/** A variable's value is not a usable proxy address. The message leaves it out, since it may hold a password. */
export class ProxyAddressError extends Error {
  override readonly name = 'ProxyAddressError';
}

/**
 * Reads the address of a proxy.
 *
 * @param value `http://user:password@host:port`, or without the scheme, as curl takes it.
 * @throws ProxyAddressError
 * @example
 * httpProxyOf('HTTPS_PROXY', 'http://ann:secret@proxy:3128').shown; // 'http://***@proxy:3128'
 */
export function httpProxyOf(variable: string, value: string): HttpProxy {
  const url = parsed(variable, value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ProxyAddressError(
      `${variable}: wanted the address of an http or https proxy, got one of ${url.protocol}//`,
    );
  }
  // An unescaped slash, ? or # in a password ends the host early, so that `shown` would hold the rest of it.
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new ProxyAddressError(
      `${variable}: wanted http://host:port with nothing behind it; in a password, write / as %2F, ? as %3F and # as %23`,
    );
  }
  const authorization = basicAuthorization(url);
  return {
    origin: url.origin,
    authorization,
    variable,
    shown: `${url.protocol}//${authorization === undefined ? '' : '***@'}${url.host}`,
  };
}

/** The header of a URL's user and password (RFC 7617, 2: no password is an empty one); undefined without either. */
export function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

function parsed(variable: string, value: string): URL {
  try {
    return new URL(value.includes('://') ? value : `http://${value}`);
  } catch {
    throw new ProxyAddressError(
      `${variable}: wanted the address of a proxy, such as http://proxy.example:3128, got something else`,
    );
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that is no escape.
    return text;
  }
}
