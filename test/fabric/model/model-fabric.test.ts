import { describe, expect, it } from 'vitest';
import { CallError, type CallErrorKind } from '../../../src/fabric/call-error.js';
import type { ResponseHeaders } from '../../../src/fabric/http/response-head.js';
import type { Behaviour } from '../../support/fake-model-server.js';
import { callOf, connected, failure, PROVIDERS } from './connected.js';

/** A whole answer with this in it, besides what every answer has. */
const chat = (choice: object, more: object = {}): Behaviour => ({
  kind: 'body',
  body: { id: 'c', object: 'chat.completion', choices: [{ index: 0, ...choice }], ...more },
});
const said = (content: unknown, finish = 'stop'): Behaviour =>
  chat({ message: { role: 'assistant', content }, finish_reason: finish });
const message = (content: unknown, stop = 'end_turn', more: object = {}): Behaviour => ({
  kind: 'body',
  body: { id: 'm', type: 'message', role: 'assistant', content, stop_reason: stop, ...more },
});

describe.each(PROVIDERS)('an answer (%s)', (provider) => {
  it('is what the model said, with what it took', async () => {
    const { run, server } = await connected(
      { provider },
      { usage: () => ({ input: 70, output: 12, cached: 30 }) },
    );

    expect(await run(1, { name: 'mug' })).toEqual({
      answer: 'described Describe mug.',
      latencyMs: expect.any(Number),
      usage: { input: 70, output: 12, cached: 30 },
    });
    expect(server.requests).toMatchObject([
      { service: provider, model: 'small-1', system: 'You describe products.', prompt: 'Describe mug.' },
    ]);
  });

  it('without usage has none', async () => {
    const { run } = await connected({ provider }, { usage: () => undefined });

    expect(await run()).not.toHaveProperty('usage');
  });

  it('that the model refused is the row’s own failure', async () => {
    const { run } = await connected(
      { provider },
      { finish: () => 'refused', answer: () => 'I cannot do that.' },
    );

    const error = await failure(run());

    expect(error.kind).toBe('refused');
    expect([error.stopsRun, error.costsAttempt, error.pausesAll]).toEqual([false, false, false]);
  });

  it('that was cut off is the row’s own failure, unless the fabric keeps it', async () => {
    const service = { finish: () => 'truncated' as const, answer: () => 'A blue m' };
    const failing = await connected({ provider }, service);
    const keeping = await connected({ provider, onTruncate: 'keep' }, service);

    const error = await failure(failing.run());
    const { answer } = await keeping.run();

    expect([error.kind, error.costsAttempt]).toEqual(['truncated', false]);
    expect(answer).toBe('A blue m');
  });

  it('that was cut off before it began cannot be kept', async () => {
    const { run } = await connected(
      { provider, onTruncate: 'keep' },
      { finish: () => 'truncated', answer: () => ' ' },
    );

    expect((await failure(run())).kind).toBe('truncated');
  });

  it.each<[string, Behaviour]>([
    ['a page of HTML', { kind: 'not-json' }],
    ['an empty object', { kind: 'neither' }],
    ['a list', { kind: 'body', body: [] }],
    ['nothing', { kind: 'status', status: 200, body: '' }],
  ])('that is none (%s) is a bad one, and worth another try', async (_what, behaviour) => {
    const { run } = await connected({ provider }, { behave: () => behaviour });

    const error = await failure(run());

    expect([error.kind, error.costsAttempt]).toEqual(['bad-answer', true]);
  });

  it('shows its headers, refusals too', async () => {
    const seen: ResponseHeaders[] = [];
    const { run } = await connected(
      { provider },
      {
        headers: { 'x-ratelimit-remaining-requests': '7' },
        behave: ({ prompt }) =>
          prompt.includes('cup')
            ? { kind: 'status', status: 429, headers: { 'retry-after': '2' } }
            : undefined,
      },
      { onHeaders: (headers) => seen.push(headers) },
    );

    await run(1, { name: 'mug' });
    const error = await failure(run(2, { name: 'cup' }));

    expect(seen.map((headers) => headers['x-ratelimit-remaining-requests'])).toEqual(['7', '7']);
    expect(error).toMatchObject({ kind: 'rate-limit', details: { status: 429, retryAfterMs: 2_000 } });
  });
});

describe('an answer of chat/completions', () => {
  it.each<[string, Behaviour, string]>([
    [
      'parts',
      said([
        { type: 'text', text: 'A ' },
        { type: 'text', text: 'mug' },
      ]),
      'A mug',
    ],
    [
      'parts with thoughts among them',
      said([
        { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
        { type: 'text', text: 'A mug' },
      ]),
      'A mug',
    ],
    ['text beside thoughts', chat({ message: { content: 'A mug', reasoning_content: 'Hm.' } }), 'A mug'],
    ['text beside a null error', chat({ message: { content: 'A mug' } }, { error: null }), 'A mug'],
    ['text beside a usage that is none', chat({ message: { content: 'A mug' } }, { usage: null }), 'A mug'],
  ])('may be %s', async (_what, behaviour, answer) => {
    const { run } = await connected({}, { behave: () => behaviour });

    expect((await run()).answer).toBe(answer);
  });

  it.each([
    ['alone', { cost: 0.002 }, { charged: 0.002 }],
    ['with a cache', { cost: 0, prompt_tokens_details: { cached_tokens: 3 } }, { charged: 0, cached: 3 }],
    [
      'under a key of one’s own',
      { cost: 0.001, is_byok: true, cost_details: { upstream_inference_cost: 0.02 } },
      { charged: 0.021 },
    ],
    ['under such a key, without the charge of its service', { cost: 0, is_byok: true }, {}],
    ['that is none', { cost: '0.002' }, {}],
    ['that is less than nothing', { cost: -1 }, {}],
  ])('has what the service charged for it: %s', async (_what, more, read) => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, ...more };
    const { run } = await connected({}, { behave: () => chat({ message: { content: 'A mug' } }, { usage }) });

    expect((await run()).usage).toEqual({ input: 10, output: 5, ...read });
  });

  it.each<[string, Behaviour, CallErrorKind]>([
    ['null', said(null), 'bad-answer'],
    ['blank', said(' \n'), 'bad-answer'],
    ['only thoughts', said([{ type: 'thinking', thinking: 'Hm.' }]), 'bad-answer'],
    ['no choice', { kind: 'body', body: { choices: [] } }, 'bad-answer'],
    ['a refusal', chat({ message: { content: null, refusal: 'No.' }, finish_reason: 'stop' }), 'refused'],
    ['filtered', said('A m', 'content_filter'), 'refused'],
    ['filtered, as Gemini says it', said(null, 'content_filter: RECITATION'), 'refused'],
    ['as long as the model can speak, as Mistral says it', said('A m', 'model_length'), 'truncated'],
  ])('that is %s fails', async (_what, behaviour, kind) => {
    const { run } = await connected({}, { behave: () => behaviour });

    expect((await failure(run())).kind).toBe(kind);
  });

  it.each<[string, Behaviour, CallErrorKind]>([
    [
      'no credit',
      { kind: 'body', body: { error: { code: 402, message: 'Insufficient credits' } } },
      'no-credit',
    ],
    [
      'a limit',
      { kind: 'body', body: { error: { code: 429, message: 'Rate limited', metadata: {} } } },
      'rate-limit',
    ],
    ['a text', { kind: 'body', body: { error: 'the model runner crashed' } }, 'server'],
    [
      'a code of the provider’s own',
      { kind: 'body', body: { error: { code: 1301, message: '?' } } },
      'server',
    ],
    [
      'one beside a half answer',
      chat({
        message: { content: 'A m' },
        finish_reason: 'error',
        error: { code: 502, message: 'Upstream' },
      }),
      'server',
    ],
    [
      'a held back answer',
      chat({
        error: { code: 403, message: 'Flagged', metadata: { reasons: ['violence'], flagged_input: 'x' } },
      }),
      'refused',
    ],
  ])('that wraps an error (%s) is that error', async (_what, behaviour, kind) => {
    const { run } = await connected({}, { behave: () => behaviour });

    expect((await failure(run())).kind).toBe(kind);
  });
});

describe('an answer of Messages', () => {
  it.each<[string, Behaviour, unknown]>([
    [
      'blocks',
      message([
        { type: 'text', text: 'A ' },
        { type: 'text', text: 'mug' },
      ]),
      'A mug',
    ],
    [
      'text after thoughts',
      message([
        { type: 'thinking', thinking: 'Hm.', signature: '' },
        { type: 'text', text: 'A mug' },
      ]),
      'A mug',
    ],
    [
      'what a tool was called with',
      message(
        [
          { type: 'text', text: 'Here:' },
          { type: 'tool_use', id: 't', name: 'x', input: { a: 1 } },
        ],
        'tool_use',
      ),
      { a: 1 },
    ],
  ])('may be %s', async (_what, behaviour, answer) => {
    const { run } = await connected({ provider: 'anthropic' }, { behave: () => behaviour });

    expect((await run()).answer).toEqual(answer);
  });

  it('took what was read from the cache, and what was written to it, too', async () => {
    const usage = {
      ...{ input_tokens: 10, cache_read_input_tokens: 200, cache_creation_input_tokens: 3_000 },
      output_tokens: 5,
    };
    const { run } = await connected(
      { provider: 'anthropic' },
      { behave: () => message([{ type: 'text', text: 'A mug' }], 'end_turn', { usage }) },
    );

    expect((await run()).usage).toEqual({ input: 3_210, output: 5, cached: 200, written: 3_000 });
  });

  it.each<[string, Behaviour, CallErrorKind]>([
    ['empty', message([]), 'bad-answer'],
    ['blank', message([{ type: 'text', text: '\n' }]), 'bad-answer'],
    ['refused', message([{ type: 'text', text: 'I c' }], 'refusal'), 'refused'],
    [
      'too long for the model',
      message([{ type: 'text', text: 'A m' }], 'model_context_window_exceeded'),
      'truncated',
    ],
    [
      'an error in a 200',
      { kind: 'body', body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } } },
      'overloaded',
    ],
  ])('that is %s fails', async (_what, behaviour, kind) => {
    const { run } = await connected({ provider: 'anthropic' }, { behave: () => behaviour });

    expect((await failure(run())).kind).toBe(kind);
  });
});

describe('a request', () => {
  it.each(PROVIDERS)('without a key goes where none is wanted (%s)', async (provider) => {
    const { run } = await connected({ provider }, { apiKey: null }, { apiKey: undefined });

    expect((await run()).answer).toBe('described Describe mug.');
  });

  it.each(PROVIDERS)('with a wrong key stops the run (%s)', async (provider) => {
    const { run } = await connected({ provider }, {}, { apiKey: 'stolen' });

    expect(await failure(run())).toMatchObject({ kind: 'auth', stopsRun: true });
  });

  it.each(PROVIDERS)('for an unknown model stops the run (%s)', async (provider) => {
    const { run } = await connected({ provider }, { models: ['large-1'] });

    expect(await failure(run())).toMatchObject({ kind: 'unknown-fabric', stopsRun: true });
  });

  it('with a parameter that the service does not know is no fault of its row', async () => {
    const { run } = await connected({ parameters: { temprature: 1 } });

    expect(await failure(run())).toMatchObject({
      kind: 'misconfigured',
      message: expect.stringContaining("the fabric's parameter temprature is refused: leave it out"),
    });
  });

  it('that cannot be made costs no call', async () => {
    const problem = new CallError('bad-request', 'the prompt cannot be made');
    const { fabric, server } = await connected(
      {},
      {},
      {
        render: () => {
          throw problem;
        },
      },
    );
    const call = callOf(1);

    expect(await failure(fabric.run(call))).toBe(problem);
    expect([call.calls, server.requests.length, fabric.inFlight]).toEqual([0, 0, 0]);
  });

  it('keeps the query of the base URL behind the path', async () => {
    const { run, server, fabric } = await connected();
    await run();
    const versioned = await connected({ baseUrl: `${server.url}?api-version=2024-10-21` });

    await versioned.run();

    expect(server.requests.map(({ url }) => url)).toEqual([
      '/v1/chat/completions',
      '/v1/chat/completions?api-version=2024-10-21',
    ]);
    expect(fabric.inFlight).toBe(0);
  });
});

describe('the Idempotency-Key', () => {
  it('is the same for every attempt of a row, and another for every row and every repair', async () => {
    const { run, server } = await connected();
    const repair = { answer: '{}', problem: 'it must have the property "title"' };

    await run(1);
    await run(1);
    await run(2);
    await run(1, undefined, repair);
    await run(1, undefined, repair);
    await run(1, undefined, { ...repair, answer: '[]' });

    const keys = server.requests.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys.slice(0, 3)).toEqual(['run-1-1', 'run-1-1', 'run-1-2']);
    expect(keys[3]).toMatch(/^run-1-1-repair-[0-9a-f]+$/);
    expect([keys[3] === keys[4], keys[3] === keys[5]]).toEqual([true, false]);
  });

  it('is each row’s own, however many calls are in flight or wait for a connection', async () => {
    const { run, server } = await connected({}, { latencyMs: 5 }, { concurrency: 4 });

    await Promise.all(Array.from({ length: 60 }, (_, row) => run(row, { name: String(row) })));

    const strangers = server.requests.filter(
      ({ prompt, idempotencyKey }) => prompt !== `Describe ${idempotencyKey?.replace('run-1-', '')}.`,
    );
    expect(server.requests).toHaveLength(60);
    expect(strangers).toEqual([]);
  });
});

describe.each(PROVIDERS)('the key (%s)', (provider) => {
  const apiKey = 'sk-very/secret-0123456789-abcdefghij-QUITE-LONG-key';
  const escaped = apiKey.replace('/', '\\/');

  it.each<[string, Behaviour, CallErrorKind]>([
    [
      'a message',
      { kind: 'status', status: 401, body: { message: `Bearer ${apiKey} is not valid` } },
      'auth',
    ],
    [
      'an error',
      { kind: 'status', status: 500, body: { error: { message: `${apiKey}, ${apiKey}` } } },
      'server',
    ],
    ['escaped JSON', { kind: 'status', status: 500, body: `{"error":{"message":"${escaped}"}}` }, 'server'],
    ['an error in a 200', { kind: 'body', body: { error: { code: 402, message: apiKey } } }, 'no-credit'],
    [
      'a message cut in its midst',
      { kind: 'status', status: 422, body: { message: 'x'.repeat(275) + apiKey } },
      'unprocessable',
    ],
    [
      'a page cut in its midst',
      { kind: 'status', status: 200, body: `<p>${'x'.repeat(90)}${apiKey}` },
      'bad-answer',
    ],
    [
      'the reason of an end',
      chat({ finish_reason: `content_filter ${apiKey}` }),
      provider === 'openai' ? 'refused' : 'bad-answer',
    ],
  ])('is never in a message, though the service repeats it in %s', async (_where, behaviour, kind) => {
    const { run } = await connected({ provider }, { apiKey, behave: () => behaviour }, { apiKey });

    const error = await failure(run());

    expect(error.kind).toBe(kind);
    expect(`${error.message} ${JSON.stringify(error.details)}`).not.toMatch(/sk-very|secret-0123/);
  });

  it('that is a common word changes nothing about what an error means', async () => {
    const { run } = await connected(
      { provider },
      {
        apiKey: 'code',
        behave: () => ({
          kind: 'status',
          status: 429,
          body: { error: { code: 'insufficient_quota', message: '?' } },
        }),
      },
      { apiKey: 'code' },
    );

    expect((await failure(run())).kind).toBe('no-credit');
  });
});

describe('estimates', () => {
  it.each(PROVIDERS)('follow what calls take (%s)', async (provider) => {
    const { fabric } = await connected(
      { provider, parameters: { max_tokens: 2_000 } },
      { usage: ({ prompt }) => ({ input: 40 + prompt.length, output: 30 }) },
    );
    const nameOf = (row: number) => ({ name: 'x'.repeat(row * 10) });
    const before = fabric.estimate?.(callOf(1, nameOf(1)));
    for (let row = 1; row <= 20; row++) await fabric.run(callOf(row, nameOf(row)));

    const after = fabric.estimate?.(callOf(21, nameOf(50)));

    expect(before).toMatchObject({ output: 2_000 });
    expect(before?.deviation).toBeGreaterThan(500);
    expect(after).toMatchObject({ input: 40 + 'Describe .'.length + 500, output: 30 });
    expect(after?.deviation).toBeLessThan(0.5);
  });

  it('learn from answers that were cut off, too', async () => {
    const { fabric } = await connected(
      { parameters: { max_completion_tokens: 64 } },
      { finish: () => 'truncated', usage: () => ({ input: 10, output: 64 }) },
    );
    fabric.estimate?.(callOf(1));

    for (let row = 1; row <= 8; row++) await failure(fabric.run(callOf(row)));

    expect(fabric.estimate?.(callOf(9))).toMatchObject({ input: 10, output: 64 });
  });

  it('render a prompt once for the estimate and the call, and again for the next call', async () => {
    const rendered: unknown[] = [];
    const { fabric } = await connected(
      {},
      {},
      {
        render: (inputs) => {
          rendered.push(inputs);
          return { prompt: 'Hi' };
        },
      },
    );
    const call = callOf(1);

    fabric.estimate?.(call);
    fabric.estimate?.(call);
    await fabric.run(call);
    expect(rendered).toHaveLength(1);

    await fabric.run(call);
    expect(rendered).toHaveLength(2);
  });

  it('of a prompt that cannot be made are nothing: the call says what is wrong', async () => {
    const problem = new CallError('bad-request', 'the prompt cannot be made');
    const { fabric } = await connected(
      {},
      {},
      {
        render: () => {
          throw problem;
        },
      },
    );
    const call = callOf(1);

    expect(fabric.estimate?.(call)).toEqual({ input: 0, output: 0, deviation: 0 });
    expect(await failure(fabric.run(call))).toBe(problem);
  });

  it('of a repair count its turns', async () => {
    const { fabric } = await connected({ parameters: { max_tokens: 10 } });
    const repair = { answer: 'x'.repeat(3_000), problem: 'too long' };

    const plain = fabric.estimate?.(callOf(1));
    const repairing = fabric.estimate?.(callOf(1, undefined, repair));

    expect((repairing?.input ?? 0) - (plain?.input ?? 0)).toBeGreaterThan(900);
  });
});
