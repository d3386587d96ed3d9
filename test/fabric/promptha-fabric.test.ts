import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CallError } from '../../src/fabric/call-error.js';
import type { Fabric, FabricCall, Inputs } from '../../src/fabric/fabric.js';
import type { ResponseHeaders } from '../../src/fabric/http/response-head.js';
import { type PrompthaOptions, prompthaFabric } from '../../src/fabric/promptha/promptha-fabric.js';
import { fakeFabricForTest } from '../support/fake-fabric-for-test.js';
import type { Behaviour, FakeFabricOptions, FakeFabricServer } from '../support/fake-fabric-server.js';

describe('an answer', () => {
  it('is what the body has as output', async () => {
    const { run, server } = await connected();

    expect(await run(1, { name: 'mug', price: 9.9 })).toEqual({
      answer: 'described mug',
      latencyMs: expect.any(Number),
    });
    expect(server.requests).toMatchObject([
      { fabricId: 'summary', inputs: { name: 'mug', price: 9.9 }, authorization: 'Bearer test-key' },
    ]);
  });

  it.each<[string, unknown, unknown]>([
    ['result, where there is no output', { result: 'a mug' }, 'a mug'],
    ['result, where output is null', { output: null, result: 'a mug' }, 'a mug'],
    ['output, where there is both', { output: 'a mug', result: 'a cup' }, 'a mug'],
    ['an object', { output: { title: 'Mug', tags: ['blue'] } }, { title: 'Mug', tags: ['blue'] }],
    ['an empty text', { output: '', result: 'not this' }, ''],
    ['anything but null', { output: 0, result: 'not this' }, 0],
    ['an answer beside usage', { output: 'a mug', usage: { tokens: 12 } }, 'a mug'],
  ])('may be %s', async (_what, body, answer) => {
    const { run } = await connected({ behave: () => ({ kind: 'body', body }) });

    expect((await run()).answer).toEqual(answer);
  });

  it.each<[string, Behaviour]>([
    ['neither', { kind: 'neither' }],
    ['a page of HTML', { kind: 'not-json' }],
    ['a list', { kind: 'body', body: ['a mug'] }],
    ['null', { kind: 'body', body: null }],
    ['two nulls', { kind: 'body', body: { output: null, result: null } }],
    ['nothing', { kind: 'status', status: 200, body: '' }],
  ])('that is none (%s) is a bad one, and worth another try', async (_what, behaviour) => {
    const { run } = await connected({ behave: () => behaviour });

    const error = await failure(run());

    expect([error.kind, error.costsAttempt]).toEqual(['bad-answer', true]);
  });

  it('that wraps an error is that error', async () => {
    const { run } = await connected({
      behave: () => ({ kind: 'body', body: { error: { code: 402, message: 'no credits' } } }),
    });

    expect(await failure(run())).toMatchObject({
      kind: 'no-credit',
      message: expect.stringContaining('no credits'),
    });
  });

  it('that comes later only stops the run', async () => {
    const { run } = await connected({ behave: () => ({ kind: 'body', body: { executionId: 'e-1' } }) });

    expect(await failure(run())).toMatchObject({ kind: 'misconfigured', stopsRun: true });
  });

  it('of just under 10 MB is read, a larger one is not', async () => {
    const megabyte = 1024 * 1024;
    const { run, server } = await connected({
      behave: ({ inputs }) => ({ kind: 'huge', bytes: Number(inputs.megabytes) * megabyte }),
    });

    const large = await run(1, { megabytes: 9.9 });
    const error = await failure(run(2, { megabytes: 200 }));
    const { answer } = await run(3, { megabytes: 0.1 });

    expect(String(large.answer).length).toBeGreaterThan(9 * megabyte);
    expect(error).toMatchObject({ kind: 'bad-answer', message: expect.stringContaining('larger than') });
    expect(String(answer).length).toBeGreaterThan(1000);
    expect(server.requests[1]?.status).toBeNull();
  });

  it('shows its headers, refusals too', async () => {
    const seen: ResponseHeaders[] = [];
    const { run } = await connected(
      {
        behave: ({ inputs }) =>
          inputs.good
            ? { kind: 'headers', headers: { 'x-ratelimit-remaining-requests': 7 } }
            : {
                kind: 'status',
                status: 429,
                headers: { 'Retry-After': '2', 'x-ratelimit-remaining-requests': 0 },
              },
      },
      { onHeaders: (headers) => seen.push(headers) },
    );

    await run(1, { good: true });
    const error = await failure(run(2, { good: false }));

    expect(seen.map((headers) => headers['x-ratelimit-remaining-requests'])).toEqual(['7', '0']);
    expect(error).toMatchObject({ kind: 'rate-limit', details: { status: 429, retryAfterMs: 2_000 } });
  });
});

describe('the Idempotency-Key', () => {
  it('is the same for every attempt of a row, and another for every row', async () => {
    const { run, server } = await connected({}, { runId: 'run-7' });

    await run(1);
    await run(1);
    await run(2);

    expect(server.requests.map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      'run-7-1',
      'run-7-1',
      'run-7-2',
    ]);
  });

  it('is each row’s own, however many calls are in flight or wait for a connection', async () => {
    const { run, server } = await connected({ latencyMs: 5 }, { concurrency: 4 });
    const rows = Array.from({ length: 60 }, (_, index) => index + 1);

    await Promise.all(rows.map((row) => run(row, { row })));

    const sent = server.requests.map(({ inputs, idempotencyKey }) => [inputs.row, idempotencyKey]);
    expect(sent.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(
      rows.map((row) => [row, `run-1-${row}`]),
    );
  });

  it('is each row’s own when one call follows on another', async () => {
    const { run, server } = await connected({}, { concurrency: 10 });
    let next = 1;
    const worker = async () => {
      while (next <= 200) {
        const row = next++;
        await run(row, { row });
      }
    };

    await Promise.all(Array.from({ length: 10 }, worker));

    const strangers = server.requests.filter(
      ({ inputs, idempotencyKey }) => idempotencyKey !== `run-1-${inputs.row}`,
    );
    expect(strangers).toEqual([]);
  });
});

describe('the key', () => {
  const apiKey = 'sk-very-secret-0123456789-abcdefghij-QUITE-LONG-key';

  it.each<[string, Behaviour]>([
    ['a message', { kind: 'status', status: 401, body: { message: `Bearer ${apiKey} is not valid` } }],
    [
      'a message inside',
      { kind: 'status', status: 500, body: { error: { message: `key=${apiKey}, ${apiKey}` } } },
    ],
    ['a plain text', { kind: 'status', status: 502, body: `GET ${apiKey}` }],
    ['an answer that is none', { kind: 'body', body: { echo: apiKey } }],
    ['an error in a 200', { kind: 'body', body: { error: { code: 500, message: apiKey } } }],
    [
      'a message cut in its midst',
      { kind: 'status', status: 422, body: { message: 'x'.repeat(275) + apiKey } },
    ],
    ['an answer cut in its midst', { kind: 'body', body: { x: 'x'.repeat(90), echo: apiKey } }],
    ['a page cut in its midst', { kind: 'status', status: 200, body: `<p>${'x'.repeat(90)}${apiKey}` }],
  ])('is never in a message, though the service repeats it in %s', async (_where, behaviour) => {
    const { run } = await connected({ apiKey, behave: () => behaviour }, { apiKey });

    const error = await failure(run());

    expect(error.message).not.toContain(apiKey.slice(0, 15));
    expect(JSON.stringify(error.details)).not.toContain(apiKey.slice(0, 15));
  });
});

describe('time', () => {
  it('runs out for headers that never come', async () => {
    const { run } = await connected({ behave: () => ({ kind: 'hang' }) }, { timeoutMs: 200 });
    const start = performance.now();

    const error = await failure(run());

    expect([error.kind, error.costsAttempt]).toEqual(['timeout', true]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(190);
  });

  it('runs out for a body that drips, however steadily', async () => {
    const { run } = await connected({ behave: () => ({ kind: 'drip', everyMs: 50 }) }, { timeoutMs: 300 });

    expect((await failure(run())).kind).toBe('timeout');
  });

  it('does not run out while a call waits for its connection', async () => {
    const { run } = await connected({ latencyMs: 100 }, { timeoutMs: 1_800, concurrency: 1 });

    const answers = await Promise.all(Array.from({ length: 20 }, (_, row) => run(row + 1)));

    expect(answers).toHaveLength(20);
  });

  it('leaves a connection that works after one call has run out of it', async () => {
    const { run } = await connected(
      { behave: ({ inputs }) => (inputs.hangs ? { kind: 'hang' } : undefined) },
      { timeoutMs: 150, concurrency: 1 },
    );

    await failure(run(1, { hangs: true }));

    expect((await run(2, { name: 'mug' })).answer).toBe('described mug');
  });
});

describe('a connection', () => {
  it.each<[Behaviour, string]>([
    [{ kind: 'reset' }, 'network'],
    [{ kind: 'cut' }, 'network'],
  ])('that breaks (%j) costs an attempt', async (behaviour, kind) => {
    const { run } = await connected({ behave: () => behaviour });

    const error = await failure(run());

    expect([error.kind, error.costsAttempt]).toEqual([kind, true]);
  });

  it('that cannot be made costs neither call nor attempt', async () => {
    const { run, server, call } = await connected();
    await server.close();

    const error = await failure(run());

    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining(server.url) });
    expect(call()).toMatchObject({ calls: 0, attempts: 0 });
  });

  it('is one of as many as the concurrency at most, and is used again', async () => {
    const { run, server } = await connected({ latencyMs: 5 }, { concurrency: 3 });

    await Promise.all(Array.from({ length: 30 }, (_, index) => run(index + 1)));
    await run(31);

    expect(server.maxInFlight).toBe(3);
    expect(server.connections).toBe(3);
    expect(server.requests).toHaveLength(31);
  });

  it('carries one call at a time', async () => {
    const { run, server } = await connected({ latencyMs: 20 }, { concurrency: 1 });

    await Promise.all([run(1), run(2), run(3)]);

    expect([server.maxInFlight, server.connections]).toEqual([1, 1]);
  });
});

describe('closing', () => {
  it('ends calls in flight, and those that wait for a connection, at once', async () => {
    const { run, fabric, server } = await connected({ behave: () => ({ kind: 'hang' }) }, { concurrency: 2 });
    const failures = Promise.all([1, 2, 3, 4].map((row) => failure(run(row))));
    while (server.requests.length < 2) await delay(5);
    expect(fabric.inFlight).toBe(2);

    await fabric.close();

    expect((await failures).map(({ kind }) => kind)).toEqual(['aborted', 'aborted', 'aborted', 'aborted']);
    expect(fabric.inFlight).toBe(0);
  });

  it('can be done twice', async () => {
    const { run, fabric } = await connected();
    await run();

    await fabric.close();

    await expect(fabric.close()).resolves.toBeUndefined();
  });

  it('lets nobody in afterwards', async () => {
    const { run, fabric } = await connected();
    await fabric.close();

    expect((await failure(run())).kind).toBe('aborted');
  });
});

describe('calls in flight', () => {
  it('are counted from the moment they go out until they land, whatever becomes of them', async () => {
    const { run, fabric, server } = await connected({
      latencyMs: 30,
      behave: ({ inputs }) => (inputs.row === 2 ? { kind: 'reset' } : undefined),
    });

    const calls = [run(1, { row: 1 }), failure(run(2, { row: 2 }))];
    while (server.requests.length < 2) await delay(2);
    const during = fabric.inFlight;
    await Promise.all(calls);

    expect([during, fabric.inFlight]).toEqual([2, 0]);
  });
});

interface Connected {
  server: FakeFabricServer;
  fabric: Fabric;
  run(row?: number, inputs?: Inputs): ReturnType<Fabric['run']>;
  /** The last call that was made. */
  call(): FabricCall | undefined;
}

async function connected(
  service: FakeFabricOptions = {},
  options: Partial<PrompthaOptions> = {},
): Promise<Connected> {
  const server = await fakeFabricForTest(service);
  const fabric = prompthaFabric({
    baseUrl: server.url,
    apiKey: 'test-key',
    fabricId: 'summary',
    runId: 'run-1',
    concurrency: 10,
    timeoutMs: 20_000,
    onLateStart: () => {},
    onHeaders: () => {},
    onUsage: () => {},
    wallNow: () => Date.now(),
    ...options,
  });
  onTestFinished(() => fabric.close());
  let last: FabricCall | undefined;
  const run = (row = 1, inputs: Inputs = { name: 'mug' }) => {
    last = { row, inputs, calls: 0, attempts: 0 };
    return fabric.run(last);
  };
  return { server, fabric, run, call: () => last };
}

async function failure(call: Promise<unknown>): Promise<CallError> {
  try {
    await call;
  } catch (error) {
    return error as CallError;
  }
  throw new Error('wanted a failure, got an answer');
}
