import { describe, expect, it } from 'vitest';
import { admit } from '../../../src/monitor/view/request-guard.js';

const TOKEN = 'a-token-that-nobody-guesses';

function ask(url: string, headers: Record<string, string> = {}, method = 'GET') {
  return admit({ method, url, headers: { host: '127.0.0.1:8080', ...headers } }, TOKEN);
}

describe('the guard of a page of rows', () => {
  it('admits who has the address, under each name of this machine and through a tunnel from another port', () => {
    for (const host of ['127.0.0.1:8080', 'localhost:9999', '[::1]:8080', 'LOCALHOST'])
      expect(ask(`/${TOKEN}/rows?from=50`, { host })).toMatchObject({ kind: 'admitted', path: '/rows' });
    expect(
      ask(`/${TOKEN}/`, { origin: 'http://127.0.0.1:8080', 'sec-fetch-site': 'same-origin' }),
    ).toMatchObject({
      path: '/',
    });
  });

  it.each(['/', '/rows', `/${TOKEN}`, `/${TOKEN}x/`, `/x${TOKEN}/`, `//${TOKEN}/`, '//', '/%'])(
    'has nothing for who does not know the token: %s',
    (url) => {
      expect(ask(url)).toMatchObject({ kind: 'refused', status: 404 });
    },
  );

  it.each(['evil.example', 'evil.example:8080', '127.0.0.1.evil.example', '127.0.0.1@evil.example', ''])(
    'refuses a name that was made to point here: %s',
    (host) => {
      expect(ask(`/${TOKEN}/`, { host })).toMatchObject({ kind: 'refused', status: 403 });
    },
  );

  it.each([
    [{ origin: 'http://evil.example' }],
    [{ origin: 'null' }],
    [{ origin: 'http://127.0.0.1:9999' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site' }],
  ])('refuses what another page asks for: %j', (headers) => {
    expect(ask(`/${TOKEN}/rows`, headers as Record<string, string>)).toMatchObject({ status: 403 });
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s', (method) => {
    expect(ask(`/${TOKEN}/`, {}, method)).toMatchObject({ status: 405 });
  });
});
