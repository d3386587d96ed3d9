import { describe, expect, it, onTestFinished } from 'vitest';
import { ServiceHttp, type ServiceHttpOptions } from '../../../src/batch-api/http/service-http.js';
import { httpProxyOf } from '../../../src/proxy/http-proxy.js';
import { failureOf } from '../../contracts/batch-service-contract.js';
import type { FakeBatchOptions } from '../../support/batch-services/fake-batch-server.js';
import { fakeBatchesForTest } from '../../support/batch-services/fake-batches-for-test.js';
import { HurriedClock } from '../../support/batch-services/hurried-clock.js';
import { portNobodyListensOn } from '../../support/free-port.js';
import { proxyForTest } from '../../support/proxy-server.js';

const PASSWORD = 'pass-word-of-proxy';

describe('requests to a batch API', () => {
  it('go through a proxy, with its user and password', async () => {
    const { fake, open } = await service();
    const proxy = await proxyForTest({ port: Number(new URL(fake.origin).port) });
    const http = open({ proxy: httpProxyOf('HTTP_PROXY', `http://user:${PASSWORD}@${proxy.host}`) });

    const { body } = await http.ask('GET', '/v1/batches');

    expect(body).toMatchObject({ object: 'list' });
    expect(proxy.requests).toMatchObject([{ method: 'GET', user: `user:${PASSWORD}` }]);
  });

  it('that a proxy refuses stop the run, without its password in a message', async () => {
    const { fake, open } = await service();
    const { host } = await proxyForTest({
      port: Number(new URL(fake.origin).port),
      answer: () => ({ status: 407, body: PASSWORD }),
    });
    const http = open({ proxy: httpProxyOf('HTTP_PROXY', `http://user:${PASSWORD}@${host}`) });

    const failed = await failureOf(http.create('/v1/batches', {}));

    expect(failed).toMatchObject({ kind: 'account' });
    expect(String(failed)).not.toContain(PASSWORD);
    expect(fake.requests).toEqual([]);
  });

  it('that never left may be made later: nothing was created', async () => {
    const { open } = await service();
    const http = open({ origin: `http://127.0.0.1:${await portNobodyListensOn()}` });

    expect(await failureOf(http.create('/v1/batches', {}))).toMatchObject({ kind: 'later' });
  });

  it('that have no answer in time are unknown', async () => {
    const { open } = await service({ fault: () => ({ kind: 'silence' }) });
    // Time enough for a connection on a busy machine, which would be another failure.
    const http = open({ timeoutMs: 3_000 });

    expect(await failureOf(http.create('/v1/batches', {}))).toMatchObject({ kind: 'unknown' });
  });

  it('wait as long as the service asks, unless that is longer than a minute', async () => {
    const waiting = (seconds: string): NonNullable<FakeBatchOptions['fault']> => {
      return ({ nth }) =>
        nth === 1 ? { kind: 'status', status: 429, headers: { 'retry-after': seconds } } : undefined;
    };
    const short = await service({ fault: waiting('7') });
    const long = await service({ fault: waiting('61') });

    await short.open({}).ask('GET', '/v1/batches');
    const failed = await failureOf(long.open({}).ask('GET', '/v1/batches'));

    expect(short.clock.waits).toEqual([7_000]);
    expect(failed).toMatchObject({ kind: 'later', details: { status: 429, retryAfterMs: 61_000 } });
    expect(long.clock.waits).toEqual([]);
  });

  it('end when they are closed while they wait', async () => {
    const { open } = await service({ fault: () => ({ kind: 'status', status: 503 }) });
    let begun = () => {};
    const began = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const http = open({
      clock: {
        wallNow: Date.now,
        after: () => {
          begun();
          return () => {};
        },
      },
    });
    const asking = failureOf(http.ask('GET', '/v1/batches'));

    await began;
    await http.close();

    expect(await asking).toMatchObject({ kind: 'aborted' });
  });

  it.each([
    ['text that is no JSON', 200, 'unknown'],
    ['a redirect', 302, 'account'],
  ])('that are answered with %s are told so', async (_, status, kind) => {
    const { open } = await service({
      fault: () => ({ kind: 'status', status, text: '<html>', headers: { location: 'http://elsewhere/' } }),
    });

    expect(await failureOf(open({}).create('/v1/batches', {}))).toMatchObject({ kind });
  });
});

async function service(options: FakeBatchOptions = {}) {
  const fake = await fakeBatchesForTest(options);
  const clock = new HurriedClock();
  const open = (more: Partial<ServiceHttpOptions>) => {
    const http = new ServiceHttp({
      origin: fake.origin,
      headers: { authorization: 'Bearer test-key' },
      apiKey: 'test-key',
      proxy: undefined,
      timeoutMs: 20_000,
      clock,
      random: () => 0,
      ...more,
    });
    onTestFinished(() => http.close());
    return http;
  };
  return { fake, clock, open };
}
