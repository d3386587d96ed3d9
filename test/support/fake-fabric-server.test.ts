import { EventEmitter, once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { fakeFabricForTest } from './fake-fabric-for-test.js';
import { type Behaviour, type Inputs, startFakeFabricServer } from './fake-fabric-server.js';

describe('fake fabric server', () => {
  it('answers with the first input unless told otherwise', async () => {
    const server = await fakeFabricForTest();

    expect(await run(server.url, { name: 'mug', price: '9.90' })).toEqual({
      status: 200,
      body: { output: 'described mug' },
    });
  });

  it('answers under the field and with the object that a test chose', async () => {
    const server = await fakeFabricForTest({ field: 'result', answer: ({ inputs }) => ({ seen: inputs }) });

    expect((await run(server.url, { name: 'mug' })).body).toEqual({ result: { seen: { name: 'mug' } } });
  });

  it('refuses other keys, other fabrics and bodies that are no run, saying why', async () => {
    const server = await fakeFabricForTest({ fabricIds: ['summary'] });

    const wrongKey = await run(server.url, {}, { authorization: 'Bearer stolen' });
    const wrongFabric = await run(server.url, {}, {}, 'poem');
    const noRun = await post(server.url, '[]');

    expect([wrongKey.status, wrongFabric.status, noRun.statusCode]).toEqual([401, 404, 400]);
    expect(wrongKey.body).toEqual({ message: 'The API key is not valid.' });
    expect(server.requests.map(({ status }) => status)).toEqual([401, 404]);
  });

  it('records when and with what it was called, and counts by row', async () => {
    const server = await fakeFabricForTest({
      keyColumn: 'sku',
      behave: (_request, nthCall) => (nthCall === 1 ? { kind: 'status', status: 503 } : undefined),
    });
    const before = performance.now();

    await run(server.url, { sku: '00123' }, { 'idempotency-key': 'row-1' });
    await run(server.url, { sku: '00123' });

    const [first, second] = server.requests;
    expect(first).toMatchObject({ inputs: { sku: '00123' }, fabricId: 'summary', status: 503 });
    expect(first?.idempotencyKey).toBe('row-1');
    expect(first?.authorization).toBe('Bearer test-key');
    expect(first?.at).toBeGreaterThan(before);
    expect(second?.at).toBeGreaterThan(first?.at ?? Number.NaN);
    expect([server.calls('00123'), server.answered('00123'), server.calls('00124')]).toEqual([2, 1, 0]);
  });

  it('knows how many calls were in flight at once', async () => {
    const server = await fakeFabricForTest({ latencyMs: 300 });

    await Promise.all([1, 2, 3].map((n) => run(server.url, { n })));

    expect([server.inFlight, server.maxInFlight, server.connections]).toEqual([0, 3, 3]);
  });

  it('waits for its latency, or for the delay of this one call', async () => {
    const server = await fakeFabricForTest({
      latencyMs: 3_600_000,
      behave: () => ({ kind: 'delay', ms: 40 }),
    });
    const start = performance.now();

    await run(server.url, {});

    expect(performance.now() - start).toBeGreaterThan(38);
  });

  it.each<[Behaviour, number, unknown]>([
    [
      { kind: 'status', status: 422, body: { error: { message: 'too long' } } },
      422,
      { error: { message: 'too long' } },
    ],
    [{ kind: 'status', status: 500 }, 500, { message: 'fake 500' }],
    [{ kind: 'status', status: 502, body: '<h1>Bad gateway</h1>' }, 502, '<h1>Bad gateway</h1>'],
    [{ kind: 'neither' }, 200, {}],
    [{ kind: 'body', body: { executionId: 'e1' } }, 200, { executionId: 'e1' }],
    [{ kind: 'not-json' }, 200, expect.stringContaining('<!doctype html>')],
    [{ kind: 'drip', everyMs: 1 }, 200, { output: 'described mug' }],
  ])('answers %j', async (behaviour, status, body) => {
    const server = await fakeFabricForTest({ behave: () => behaviour });

    expect(await run(server.url, { name: 'mug' })).toEqual({ status, body });
  });

  it('adds headers to an answer', async () => {
    const server = await fakeFabricForTest({
      behave: () => ({ kind: 'headers', headers: { 'x-ratelimit-remaining-requests': 3 } }),
    });

    const { headers, body } = await post(server.url, '{"fabricId":"summary","inputs":{}}');

    expect(headers['x-ratelimit-remaining-requests']).toBe('3');
    expect(JSON.parse(body)).toHaveProperty('output');
  });

  it('floods with valid JSON of exactly the size asked for', async () => {
    const server = await fakeFabricForTest({ behave: () => ({ kind: 'huge', bytes: 1_000_003 }) });

    const { body } = await post(server.url, '{"fabricId":"summary","inputs":{}}');

    expect(body).toHaveLength(1_000_003);
    expect(JSON.parse(body)).toHaveProperty('output');
  });

  it.each<[Behaviour, RegExp]>([
    [{ kind: 'reset' }, /ECONNRESET|other side closed/],
    [{ kind: 'cut' }, /other side closed|terminated/],
  ])('breaks off with %j, and calls it unanswered', async (behaviour, message) => {
    const server = await fakeFabricForTest({ behave: () => behaviour });

    await expect(run(server.url, { name: 'mug' })).rejects.toThrow(message);

    expect(server.requests.map(({ status }) => status)).toEqual([null]);
    expect(server.answered('{"name":"mug"}')).toBe(0);
  });

  it('sends half of a body that is cut', async () => {
    const server = await fakeFabricForTest({ behave: () => ({ kind: 'cut' }) });

    const answer = await call(server.url, '{"fabricId":"summary","inputs":{"name":"mug"}}');

    expect([answer.statusCode, answer.headers['content-length']]).toEqual([200, '26']);
    await expect(answer.body.text()).rejects.toThrow();
  });

  it('hangs until it is closed, and closes at once', async () => {
    const calls = new EventEmitter();
    const server = await startFakeFabricServer({
      behave: () => ({ kind: 'hang' }),
      observe: ({ event }) => calls.emit(event),
    });
    const arrived = once(calls, 'arrived');
    const hanging = run(server.url, {});
    await arrived;

    await Promise.all([expect(hanging).rejects.toThrow(), server.close()]);

    expect(server.inFlight).toBe(0);
  });
});

async function run(url: string, inputs: Inputs, headers: Record<string, string> = {}, fabricId = 'summary') {
  const { statusCode, body } = await post(url, JSON.stringify({ fabricId, inputs }), headers);
  return { status: statusCode, body: /^[{[]/.test(body) ? JSON.parse(body) : body };
}

async function post(url: string, body: string, headers: Record<string, string> = {}) {
  const answer = await call(url, body, headers);
  return { statusCode: answer.statusCode, headers: answer.headers, body: await answer.body.text() };
}

function call(url: string, body: string, headers: Record<string, string> = {}) {
  return request(`${url}/fabrics/run`, {
    method: 'POST',
    headers: { authorization: 'Bearer test-key', 'content-type': 'application/json', ...headers },
    body,
  });
}
