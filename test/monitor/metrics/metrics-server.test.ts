import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Agent, request } from 'undici';
import { expect, it, onTestFinished } from 'vitest';
import { serveMetrics } from '../../../src/monitor/metrics/metrics-server.js';
import type { ServedPages } from '../../../src/monitor/served-pages.js';
import { PagesServerError } from '../../../src/monitor/watch-error.js';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

async function served(text: () => Promise<string>, host = '127.0.0.1'): Promise<ServedPages> {
  const server = await serveMetrics({ address: { host, port: 0 }, contentType: CONTENT_TYPE, text });
  onTestFinished(() => server.close().catch(() => {}));
  return server;
}

/** A client that keeps its connections, as Prometheus does. */
function client() {
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  return async (url: string, method: 'GET' | 'HEAD' | 'POST' = 'GET') => {
    const { statusCode, headers, body } = await request(url, { dispatcher: agent, method });
    return { status: statusCode, type: headers['content-type'], text: await body.text() };
  };
}

it('gives the metrics as they are at each time', async () => {
  let scrapes = 0;
  const server = await served(async () => `batchai_rows_started_total ${++scrapes}\n`);
  const get = client();

  const first = await get(server.url);
  const second = await get(`${server.url}?name=x`);

  expect(first).toEqual({ status: 200, type: CONTENT_TYPE, text: 'batchai_rows_started_total 1\n' });
  expect(second.text).toBe('batchai_rows_started_total 2\n');
});

it('gives nothing else', async () => {
  const server = await served(async () => 'x 1\n');
  const get = client();

  for (const path of ['/', '/metrics/', '/metricsx', '/..%2fmetrics'])
    expect(await get(new URL(path, server.url).href)).toMatchObject({ status: 404 });
  expect(await get(server.url, 'POST')).toMatchObject({ status: 404 });
  expect(await get(server.url, 'HEAD')).toMatchObject({ status: 200, text: '' });
});

it('listens on the address that it was given, and says it', async () => {
  const { url } = await served(async () => 'x 1\n', '::1');

  expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
  expect(await client()(url)).toMatchObject({ status: 200 });
});

it('a taken port is an error in one line that says what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;

  const attempt = serveMetrics({
    address: { host: '127.0.0.1', port },
    contentType: CONTENT_TYPE,
    text: async () => '',
  });

  await expect(attempt).rejects.toThrow(PagesServerError);
  await expect(attempt).rejects.toThrow(
    `--metrics-port: something else listens there already, give another port: 127.0.0.1:${port}`,
  );
});

it('an address of another machine is an error too', async () => {
  const address = { host: '192.0.2.1', port: 9464 };

  await expect(serveMetrics({ address, contentType: CONTENT_TYPE, text: async () => '' })).rejects.toThrow(
    '--metrics-port: that is no address of this machine: 192.0.2.1:9464',
  );
});

it('metrics that cannot be had are a 500, and the next ones come', async () => {
  let isBroken = true;
  const server = await served(async () => {
    if (isBroken) throw new Error('broken');
    return 'x 1\n';
  });
  const get = client();

  expect(await get(server.url)).toMatchObject({ status: 500 });
  isBroken = false;
  expect(await get(server.url)).toMatchObject({ status: 200 });
});

it('ends at once, although connections are open and somebody waits for an answer', async () => {
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const server = await served(() => {
    asked();
    return new Promise(() => {});
  });
  const idle = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(idle, 'connect');
  const answer = client()(server.url).catch((error: unknown) => error);
  await isAsked;
  const idleEnds = once(idle.resume(), 'close');

  await server.close();

  expect(await answer).toBeInstanceOf(Error);
  await idleEnds;
});
