import { describe, expect, it } from 'vitest';
import type { ModelRequest, Supports } from '../../support/fake-model-server.js';
import { type Connected, connected, failure, PRODUCT } from './connected.js';

const ANSWER = { title: 'Mug', tags: ['blue'] };

const formsOf = (requests: readonly ModelRequest[]) => requests.map(({ form }) => form);

/** Makes a call again, as the retries do, until it is not told to ask in another form. */
async function insist(run: () => ReturnType<Connected['run']>): ReturnType<Connected['run']> {
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Error && 'kind' in error && error.kind === 'unsupported')) throw error;
    }
  }
}

describe('an answer with a schema', () => {
  it('comes as text where the service is told the schema', async () => {
    const openai = await connected({ output: PRODUCT }, { answer: () => ANSWER });
    const anthropic = await connected({ provider: 'anthropic', output: PRODUCT }, { answer: () => ANSWER });

    expect((await openai.run()).answer).toBe(JSON.stringify(ANSWER));
    expect((await anthropic.run()).answer).toBe(JSON.stringify(ANSWER));
    expect(formsOf([...openai.server.requests, ...anthropic.server.requests])).toEqual([
      'json-schema',
      'json-schema',
    ]);
  });

  it('comes as an object from a tool', async () => {
    const { run } = await connected(
      { provider: 'anthropic', output: PRODUCT },
      { supports: { jsonSchema: false }, answer: () => ANSWER },
    );

    expect((await insist(run)).answer).toEqual(ANSWER);
  });

  it('is asked for with a schema that is not strict where strict mode would refuse it', async () => {
    const { run, server } = await connected({ output: { type: 'object', properties: { title: {} } } });

    await run();

    expect(formsOf(server.requests)).toEqual(['json-schema']);
    expect(server.refusals).toEqual([]);
  });
});

describe('a service that does not know a form', () => {
  it.each<['openai' | 'anthropic', Supports, string, number]>([
    ['openai', { jsonSchema: false }, 'json-object', 1],
    ['openai', { jsonSchema: false, jsonObject: false }, 'text', 2],
    ['anthropic', { jsonSchema: false }, 'tool', 1],
    ['anthropic', { jsonSchema: false, tools: false }, 'text', 2],
  ])('is asked in the next from then on (%s, %j)', async (provider, supports, form, refusals) => {
    const { run, server } = await connected({ provider, output: PRODUCT }, { supports });

    await insist(() => run(1));
    await insist(() => run(2));
    await insist(() => run(3));

    expect(formsOf(server.requests)).toEqual([form, form, form]);
    expect(server.refusals).toHaveLength(refusals);
    expect(server.requests[0]?.idempotencyKey).toBe(`run-1-1-${form === 'text' ? 'prompt-only' : form}`);
  });

  it('says so in a way that costs no attempt', async () => {
    const { run } = await connected({ output: PRODUCT }, { supports: { jsonSchema: false } });

    expect(await failure(run())).toMatchObject({
      kind: 'unsupported',
      retriesInOtherForm: true,
      costsAttempt: false,
      pausesAll: false,
      stopsRun: false,
      message: expect.stringContaining('no json-schema here: the service answered 400'),
    });
  });

  it('loses one form when it refuses many calls in flight together', async () => {
    const { run, server } = await connected(
      { output: PRODUCT },
      // All arrive before the first is refused.
      { latencyMs: 30, behave: ({ form }) => (form === 'json-schema' ? NO_SCHEMA : undefined) },
    );

    const failures = await Promise.all([1, 2, 3, 4, 5].map((row) => failure(run(row))));
    await Promise.all([1, 2, 3, 4, 5].map((row) => run(row)));

    expect(failures.map(({ kind }) => kind)).toEqual(Array(5).fill('unsupported'));
    expect(formsOf(server.requests)).toEqual([
      ...Array(5).fill('json-schema'),
      ...Array(5).fill('json-object'),
    ]);
  });

  it('is told the schema in words', async () => {
    const { run, server } = await connected({ output: PRODUCT }, { supports: { jsonSchema: false } });

    await insist(run);

    expect(server.requests[0]?.system).toBe(
      `You describe products.\n\nAnswer with JSON only: one object that matches this JSON schema, with nothing before or after it.\n${JSON.stringify(PRODUCT)}`,
    );
  });
});

const NO_SCHEMA = {
  kind: 'status',
  status: 400,
  body: {
    error: {
      message: 'response_format is not supported',
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  },
} as const;

describe('a refusal that speaks of the form', () => {
  it.each<[string, 'openai' | 'anthropic', number, string | object]>([
    [
      'Groq',
      'openai',
      400,
      {
        error: {
          message: 'This model does not support response format `json_schema`.',
          type: 'invalid_request_error',
        },
      },
    ],
    [
      'DeepSeek',
      'openai',
      400,
      {
        error: {
          message: 'This response_format type is unavailable now',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_request_error',
        },
      },
    ],
    [
      'OpenAI, of a schema',
      'openai',
      400,
      {
        error: {
          message: "Invalid schema: In context=(), 'minimum' is not permitted.",
          type: 'invalid_request_error',
          param: 'response_format',
          code: null,
        },
      },
    ],
    [
      'Mistral',
      'openai',
      422,
      {
        object: 'error',
        message: {
          detail: [
            {
              type: 'literal_error',
              loc: ['body', 'response_format', 'type'],
              msg: "Input should be 'text' or 'json_object'",
            },
          ],
        },
        type: 'invalid_request_error',
      },
    ],
    [
      'OpenRouter',
      'openai',
      404,
      { error: { message: 'No endpoints found that can handle the requested parameters.', code: 404 } },
    ],
    [
      'OpenRouter, of the service behind it',
      'openai',
      400,
      {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: '{"error":{"message":"response_format is not supported"}}' },
        },
      },
    ],
    [
      'Gemini',
      'openai',
      400,
      [
        {
          error: {
            code: 400,
            message: 'Unknown name "additionalProperties" at \'generation_config.response_schema\'',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
    ],
    [
      'vLLM',
      'openai',
      400,
      {
        object: 'error',
        message: 'The provided JSON schema contains features not supported by xgrammar.',
        type: 'BadRequestError',
        param: null,
        code: 400,
      },
    ],
    ['a plain server', 'openai', 501, 'structured output is not implemented'],
    [
      'Anthropic',
      'anthropic',
      400,
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'output_config: Extra inputs are not permitted' },
      },
    ],
    [
      'Anthropic, of a schema',
      'anthropic',
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: "output_config.format.schema: For 'integer' type, property 'minimum' is not supported",
        },
      },
    ],
  ])('lowers it: %s', async (_service, provider, status, body) => {
    const behave = ({ form }: ModelRequest) =>
      form === 'json-schema' ? ({ kind: 'status', status, body } as const) : undefined;
    const { run, server } = await connected({ provider, output: PRODUCT }, { behave });

    const error = await failure(run());
    await run();

    expect(error.kind).toBe('unsupported');
    expect(formsOf(server.requests)).toEqual(['json-schema', provider === 'openai' ? 'json-object' : 'tool']);
  });
});

describe('the form stays', () => {
  it('once something was answered in it: a refusal is then the row’s own', async () => {
    const { run, server } = await connected(
      { output: PRODUCT },
      { behave: ({ prompt }) => (prompt.includes('cup') ? NO_SCHEMA : undefined) },
    );
    await run(1, { name: 'mug' });

    const error = await failure(run(2, { name: 'cup' }));
    await run(3, { name: 'mug' });

    expect(error.kind).toBe('bad-request');
    expect(formsOf(server.requests)).toEqual(['json-schema', 'json-schema', 'json-schema']);
  });

  it.each<[string, number, string | object, string]>([
    [
      'another parameter',
      400,
      { error: { message: "Unknown parameter: 'foo'.", param: 'foo' } },
      'bad-request',
    ],
    [
      'a row that is too long',
      400,
      { error: { message: 'response_format and prompt', code: 'context_length_exceeded' } },
      'too-large',
    ],
    ['a wrong key', 401, { error: { message: 'no key for response_format' } }, 'auth'],
    ['a limit', 429, { error: { message: 'too many response_format requests' } }, 'rate-limit'],
    ['a fault', 500, { error: { message: 'response_format failed' } }, 'server'],
    [
      'words of the row that it quotes',
      422,
      { detail: [{ loc: ['body', 'messages', 0], msg: 'bad', input: 'json_schema' }] },
      'unprocessable',
    ],
    [
      'JSON that the model did not manage',
      400,
      { error: { message: 'Failed to generate JSON: json_schema', code: 'json_validate_failed' } },
      'bad-answer',
    ],
  ])('where the refusal is about %s', async (_what, status, body, kind) => {
    const { run, server } = await connected(
      { output: PRODUCT },
      { behave: (_request, nth) => (nth === 1 ? { kind: 'status', status, body } : undefined) },
    );

    const error = await failure(run());
    await run();

    expect(error.kind).toBe(kind);
    expect(formsOf(server.requests)).toEqual(['json-schema', 'json-schema']);
  });

  it('where there is none to fall back to', async () => {
    const { run } = await connected({}, { behave: () => NO_SCHEMA });

    expect((await failure(run())).kind).toBe('bad-request');
  });
});

describe('a repair', () => {
  it.each(['openai', 'anthropic'] as const)(
    'shows the bad answer and says what was wrong (%s)',
    async (provider) => {
      const { run, server } = await connected({ provider, output: PRODUCT }, { answer: () => ANSWER });

      await run(1, { name: 'mug' }, { answer: '{"title":7}', problem: '/title must be string' });

      expect(server.requests[0]?.messages.filter(({ role }) => role !== 'system')).toEqual([
        { role: 'user', content: 'Describe mug.' },
        { role: 'assistant', content: '{"title":7}' },
        { role: 'user', content: expect.stringContaining('/title must be string') },
      ]);
    },
  );
});
