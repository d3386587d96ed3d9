import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hookServer } from '../monitor/alerts/hook-server.js';
import { portNobodyListensOn } from '../support/free-port.js';
import { hasOpenssl } from '../support/own-authority.js';
import { type OwnAnswer, type ProxyServer, proxyForTest } from '../support/proxy-server.js';
import { tlsFrontForTest } from '../support/tls-front.js';
import { hasRedis, queueBench, terminate } from './queue-bench.js';
import { API_KEY, enrichedCsv, rowsCsv, type Workbench, workbench } from './workbench.js';

const PASSWORD = 'p@ss-SECRET-0123456789';
const USER = `meUSER:${encodeURIComponent(PASSWORD)}@`;
const TELLTALES = [
  'meUSER',
  'SECRET',
  encodeURIComponent(PASSWORD),
  Buffer.from(`meUSER:${PASSWORD}`).toString('base64').slice(0, 12),
];

/** No host of these is known here: only a proxy can reach them. */
const HTTP = 'http://service.test/v1';
const HTTPS = 'https://service.test/v1';

const CALL = `POST ${HTTP}/fabrics/run`;
const TUNNEL = 'CONNECT service.test:443';

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function asked({ requests }: ProxyServer): string[] {
  return [...new Set(requests.map(({ method, url }) => `${method} ${url}`))];
}

async function bench(rows = 20): Promise<Workbench> {
  const made = await workbench();
  await made.write('rows.csv', rowsCsv(rows));
  return made;
}

function run(made: Workbench, baseUrl: string, env: Record<string, string>, ...args: string[]) {
  const all = ['rows.csv', '-o', 'out.csv', '--base-url', baseUrl, ...args];
  return made.run(all, { cwd: made.folder, env: { PROMPTHA_API_KEY: API_KEY, ...env } });
}

async function expectNoSecret(made: Workbench, said: string): Promise<void> {
  const files = (await readdir(made.folder, { recursive: true, withFileTypes: true })).filter((one) =>
    one.isFile(),
  );
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
  for (const text of [said, ...texts]) for (const telltale of TELLTALES) expect(text).not.toContain(telltale);
}

describe('a service over http', () => {
  it('is asked through HTTP_PROXY with whole URLs and the user, and the plan says so without it', async () => {
    const made = await bench();
    const proxy = await proxyForTest({ port: portOf(made.server.url) });

    const result = await run(made, HTTP, { HTTP_PROXY: `http://${USER}${proxy.host}` });

    expect(result.code, result.stderr).toBe(0);
    expect(await made.read('out.csv')).toBe(enrichedCsv(20));
    expect(result.stderr).toContain(`http://***@${proxy.host} (HTTP_PROXY), for service.test\n`);
    expect(asked(proxy)).toEqual([CALL]);
    expect(new Set(proxy.requests.map(({ user }) => user))).toEqual(new Set([`meUSER:${PASSWORD}`]));
    await expectNoSecret(made, result.stderr);
  });

  it('on the loopback interface goes through it too, unless NO_PROXY names it', async () => {
    const made = await bench();
    const { host, port } = new URL(made.server.url);
    const proxy = await proxyForTest({ port: Number(port) });
    const environment = { HTTP_PROXY: `http://${proxy.host}` };

    const direct = await run(made, made.server.url, { ...environment, NO_PROXY: `.test,${host}` });
    const before = proxy.requests.length;
    const proxied = await run(
      made,
      made.server.url,
      { ...environment, NO_PROXY: '127.0.0.1:1' },
      '--overwrite',
    );

    expect([direct.code, proxied.code], direct.stderr + proxied.stderr).toEqual([0, 0]);
    expect([before, proxy.requests.length]).toEqual([0, 20]);
    expect(direct.stderr).not.toContain('_PROXY');
  });
});

describe.skipIf(!hasOpenssl)('a service over https', () => {
  it.each([
    ['a user and a password', USER, `meUSER:${PASSWORD}`],
    ['a user without a password', 'meUSER@', 'meUSER:'],
    ['no user', '', undefined],
  ])('is asked through a tunnel, which %s opens', async (_, userInfo, user) => {
    const made = await bench();
    const { port, authority } = await tlsFrontForTest(portOf(made.server.url));
    const proxy = await proxyForTest({ port });
    const https_proxy = `http://${userInfo}${proxy.host}`;

    const result = await run(made, HTTPS, {
      https_proxy,
      HTTPS_PROXY: 'http://127.0.0.1:1',
      NODE_EXTRA_CA_CERTS: authority,
    });

    expect(result.code, result.stderr).toBe(0);
    expect(await made.read('out.csv')).toBe(enrichedCsv(20));
    expect(result.stderr).toMatch(/proxy +http:\/\/(\*\*\*@)?127.*\(https_proxy\), for service\.test\n/);
    expect(asked(proxy)).toEqual([TUNNEL]);
    expect(new Set(proxy.requests.map((request) => request.user))).toEqual(new Set([user]));
    await expectNoSecret(made, result.stderr);
  });

  it('waits for a proxy that cannot reach it for a while, and loses no row', async () => {
    const made = await bench();
    const { port, authority } = await tlsFrontForTest(portOf(made.server.url));
    const proxy = await proxyForTest({ port, answer: (_, nth) => (nth <= 10 ? { status: 503 } : undefined) });

    const result = await run(made, HTTPS, {
      HTTPS_PROXY: `http://${proxy.host}`,
      NODE_EXTRA_CA_CERTS: authority,
    });

    expect(result.code, result.stderr).toBe(0);
    expect(await made.read('out.csv')).toBe(enrichedCsv(20));
  });
});

describe('a proxy that is to blame', () => {
  const page = `<html>You are ${USER} ${PASSWORD}</html>`;
  const squid = { 'x-squid-error': 'ERR_ACCESS_DENIED 0' };
  const proxyStatus = { 'proxy-status': 'proxy.test; error=connection_timeout' };

  it.each<[string, string, OwnAnswer, RegExp]>([
    [
      'wants another password for a tunnel',
      HTTPS,
      { status: 407 },
      /refuses the user or the password \(407\)/,
    ],
    ['wants another password', HTTP, { status: 407, body: page }, /refuses the user or the password \(407\)/],
    ['allows no tunnel', HTTPS, { status: 403 }, /refuses to connect to service\.test:443 \(403\)/],
    [
      'allows no call',
      HTTP,
      { status: 403, headers: squid, body: page },
      /refuses to connect to service\.test \(403\)/,
    ],
    ['cannot make a tunnel', HTTPS, { status: 502 }, /cannot reach service\.test:443 \(502\)/],
    ['cannot make a call', HTTP, { status: 504, headers: proxyStatus }, /cannot reach service\.test \(504\)/],
  ])('because it %s is named, stops the run, and blames no row', async (_, baseUrl, answer, says) => {
    const made = await bench();
    const proxy = await proxyForTest({ port: portOf(made.server.url), answer: () => answer });
    const variable = baseUrl === HTTPS ? 'HTTPS_PROXY' : 'HTTP_PROXY';

    const stopped = await run(
      made,
      baseUrl,
      { [variable]: `http://${USER}${proxy.host}` },
      '--attempts',
      '1',
    );
    const resumed = await run(made, made.server.url, {}, '--resume');

    expect(stopped.code, stopped.stderr).toBe(4);
    expect(stopped.stderr).toMatch(says);
    expect(stopped.stderr).toContain(`the proxy http://***@${proxy.host} (${variable})`);
    expect(stopped.stderr).toContain(`(check ${variable} and NO_PROXY); no row is to blame`);
    await expectNoSecret(made, stopped.stderr);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(await made.read('out.csv')).toBe(enrichedCsv(20));
  });

  it.each([
    [HTTP, 'HTTP_PROXY'],
    [HTTPS, 'HTTPS_PROXY'],
  ])(
    'because nobody listens there, on the way to %s, is named and stops the run',
    async (baseUrl, variable) => {
      const made = await bench();
      const host = `127.0.0.1:${await portNobodyListensOn()}`;

      const stopped = await run(made, baseUrl, { [variable]: `http://${USER}${host}` }, '--attempts', '1');

      expect(stopped.code, stopped.stderr).toBe(4);
      expect(stopped.stderr).toContain(
        `the proxy http://***@${host} (${variable}) cannot be reached (ECONNREFUSED)`,
      );
      expect(stopped.stderr).toContain(`(check ${variable} and NO_PROXY); no row is to blame`);
      await expectNoSecret(made, stopped.stderr);
    },
  );

  it('may be where a page comes from that is no service’s: it is named, without what the page repeats', async () => {
    const made = await bench(5);
    const answer = { status: 403, body: page, headers: { 'content-type': 'text/html' } };
    const proxy = await proxyForTest({ port: portOf(made.server.url), answer: () => answer });

    const stopped = await run(made, HTTP, { HTTP_PROXY: `http://${USER}${proxy.host}` });

    expect(stopped.code, stopped.stderr).toBe(4);
    expect(stopped.stderr).toContain(`through the proxy http://***@${proxy.host}, HTTP_PROXY`);
    expect(stopped.stderr).not.toContain(PASSWORD);
  });

  it.each([
    ['socks5://me:SECRET@127.0.0.1:1', /HTTP_PROXY: wanted the address of an http or https proxy/],
    ['http://me:1/SECRET@127.0.0.1:1', /HTTP_PROXY: .*%2F/],
  ])(
    'because its address is none is refused before the first call, and not repeated',
    async (value, says) => {
      const made = await bench(1);

      const result = await run(made, HTTP, { HTTP_PROXY: value });

      expect(result.code).toBe(2);
      expect(result.stderr).toMatch(says);
      expect(result.stderr).not.toContain('SECRET');
    },
  );
});

describe('alerts', () => {
  it('go through the proxy, and what is wrong with it is said', async () => {
    const made = await bench(1);
    const hook = await hookServer();
    const answer = ({ url }: { url: string | undefined }): OwnAnswer =>
      url?.startsWith('http://hook') ? undefined : { status: 407 };
    const proxy = await proxyForTest({ port: portOf(hook.origin), answer });
    const address = `http://${USER}${proxy.host}`;
    const alerts = [
      '--alert',
      'http://hook.test/T0/path',
      '--alert',
      'https://other.test/T1/path',
      '--alert-finish',
    ];

    const result = await run(
      made,
      made.server.url,
      { HTTP_PROXY: address, HTTPS_PROXY: address, NO_PROXY: '127.0.0.1' },
      ...alerts,
    );

    expect(result.code, result.stderr).toBe(0);
    expect(hook.requests.map(({ path }) => path)).toEqual(['/T0/path']);
    expect(result.stderr).toContain(
      `alerts to http://hook.test/… go through the proxy http://***@${proxy.host} (HTTP_PROXY)`,
    );
    expect(result.stderr).toContain('(HTTPS_PROXY) refuses the user or the password (407)');
    await expectNoSecret(made, result.stderr);
  });
});

describe.skipIf(!hasRedis)('workers', () => {
  it('go through the proxies of their own environment', async () => {
    const made = await queueBench();
    await made.write('rows.csv', rowsCsv(20));
    const proxy = await proxyForTest({ port: portOf(made.server.url) });
    const worker = made.worker('tethys', [], {
      cwd: made.folder,
      env: { PROMPTHA_API_KEY: API_KEY, HTTP_PROXY: `http://${USER}${proxy.host}` },
    });

    const result = await made.run(['rows.csv', '-o', 'out.csv', '--base-url', HTTP], {
      cwd: made.folder,
      env: { BATCHAI_QUEUE_URL: made.redis.url, HTTP_PROXY: 'http://127.0.0.1:1' },
    });
    const ended = await terminate(worker);

    expect(result.code, result.stderr).toBe(0);
    expect(asked(proxy)).toEqual([CALL]);
    expect(result.stderr).not.toContain('HTTP_PROXY');
    await expectNoSecret(made, result.stderr + ended.stderr);
  });
});
