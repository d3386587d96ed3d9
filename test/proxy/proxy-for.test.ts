import { describe, expect, it } from 'vitest';
import { ProxyAddressError } from '../../src/proxy/http-proxy.js';
import { proxyFor } from '../../src/proxy/proxy-for.js';

const HTTPS = new URL('https://api.service.test/v1');
const HTTP = new URL('http://api.service.test/v1');

function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

describe('the proxy on the way to a URL', () => {
  it.each([
    ['of https is HTTPS_PROXY', HTTPS, { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:2' }, 'http://a:1'],
    ['of http is HTTP_PROXY', HTTP, { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://b:2' }, 'http://b:2'],
    ['is not HTTP_PROXY for https', HTTPS, { HTTP_PROXY: 'http://b:2' }, undefined],
    [
      'is the one in lower case first',
      HTTPS,
      { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://c:3' },
      'http://c:3',
    ],
    [
      'is none where the lower case is empty',
      HTTPS,
      { HTTPS_PROXY: 'http://a:1', https_proxy: '' },
      undefined,
    ],
    ['is none where the variable is blank', HTTPS, { HTTPS_PROXY: ' ' }, undefined],
    ['may lack its scheme', HTTPS, { HTTPS_PROXY: 'proxy.test:3128' }, 'http://proxy.test:3128'],
    ['may speak TLS', HTTPS, { HTTPS_PROXY: 'https://proxy.test/' }, 'https://proxy.test'],
    [
      'is none where no_proxy has the host',
      HTTPS,
      { HTTPS_PROXY: 'http://a:1', no_proxy: 'service.test' },
      undefined,
    ],
    [
      'minds no_proxy before NO_PROXY',
      HTTPS,
      { HTTPS_PROXY: 'http://a:1', no_proxy: 'other.test', NO_PROXY: '*' },
      'http://a:1',
    ],
  ])('%s', (_, url, environment, origin) => {
    expect(proxyFor(url, environment)?.origin).toBe(origin);
  });

  it.each([
    ['a user and a password', 'http://me:p%40ss@proxy.test:3128', 'me:p@ss'],
    ['a user alone', 'http://token@proxy.test:3128', 'token:'],
    ['a percent sign that stands for itself', 'me:100%@proxy.test:3128', 'me:100%'],
  ])('is shown without %s, which are sent', (_, HTTPS_PROXY, sent) => {
    const proxy = proxyFor(HTTPS, { HTTPS_PROXY });

    expect(proxy).toMatchObject({ shown: 'http://***@proxy.test:3128', authorization: basic(sent) });
  });

  it.each([
    ['a proxy of another kind', 'socks5://me:SECRET@proxy.test:1080', /HTTPS_PROXY: .*socks5:/],
    ['a slash in the password', 'http://me:12/SECRET@proxy.test:3128', /%2F/],
    ['a # in the password', 'http://me:#SECRET@proxy.test:3128', /HTTPS_PROXY/],
    ['no address', 'http://me:SECRET @:3128', /HTTPS_PROXY: wanted/],
  ])('is refused for %s, and not repeated', (_, HTTPS_PROXY, says) => {
    const refused = () => proxyFor(HTTPS, { HTTPS_PROXY });

    expect(refused).toThrow(ProxyAddressError);
    expect(refused).toThrow(says);
    expect(refused).not.toThrow(/SECRET/);
  });
});
