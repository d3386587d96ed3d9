import { request } from 'undici';
import { describe, expect, it } from 'vitest';
import { fakeModelForTest } from './fake-model-for-test.js';
import type { FakeModelOptions, Supports } from './fake-model-server.js';

const CLOSED = {
  type: 'object',
  properties: { title: { type: 'string' }, kind: { enum: ['cup', 'mug'] }, price: { type: 'number' } },
  required: ['title', 'kind', 'price'],
  additionalProperties: false,
};
const OPEN = { type: 'object', properties: { title: { type: 'string' } } };

const user = (content: string) => ({ role: 'user', content });
const CHAT = { model: 'm', messages: [{ role: 'system', content: 'Be brief, in JSON.' }, user('mug\nblue')] };
const MESSAGES = { model: 'm', max_tokens: 10, system: 'Be brief.', messages: [user('mug\nblue')] };

const schemaFormat = (schema: object, more: object = {}) => ({
  type: 'json_schema',
  json_schema: { name: 'x', schema, strict: true, ...more },
});
const tool = { name: 'x', input_schema: CLOSED };

describe('the fake chat/completions', () => {
  it('answers as the service does', async () => {
    const { post, server } = await started();

    expect(await post('/chat/completions', CHAT)).toMatchObject({
      status: 200,
      body: {
        object: 'chat.completion',
        choices: [{ message: { role: 'assistant', content: 'described mug' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: expect.any(Number), completion_tokens: expect.any(Number) },
      },
    });
    expect(server.requests).toMatchObject([
      { service: 'openai', system: 'Be brief, in JSON.', prompt: 'mug\nblue', status: 200 },
    ]);
  });

  it('answers with an example of the schema', async () => {
    const { post } = await started();

    const { body } = await post('/chat/completions', { ...CHAT, response_format: schemaFormat(CLOSED) });

    expect(JSON.parse(body.choices[0].message.content)).toEqual({
      title: 'described mug',
      kind: 'cup',
      price: 1,
    });
  });

  it.each<[string, object]>([
    [
      'every documented parameter',
      { ...CHAT, temperature: 0, max_completion_tokens: 5, stop: ['x'], seed: 1 },
    ],
    ['turns', { ...CHAT, messages: [user('a'), { role: 'assistant', content: 'b' }, user('c')] }],
    ['any JSON object', { ...CHAT, response_format: { type: 'json_object' } }],
    [
      'an open schema that is not strict',
      { ...CHAT, response_format: schemaFormat(OPEN, { strict: false }) },
    ],
  ])('takes %s', async (_what, body) => {
    const { post } = await started();

    expect((await post('/chat/completions', body)).status).toBe(200);
  });

  it.each<[string, object, string]>([
    ['without a model', { messages: CHAT.messages }, 'you must provide a model parameter'],
    ['without messages', { model: 'm' }, "Missing required parameter: 'messages'."],
    ['with no messages', { ...CHAT, messages: [] }, "Missing required parameter: 'messages'."],
    ['with a field that is not documented', { ...CHAT, top_k: 1 }, "Unknown parameter: 'top_k'."],
    [
      'with a strange role',
      { ...CHAT, messages: [{ role: 'robot', content: 'x' }] },
      "Invalid value: 'robot'.",
    ],
    [
      'with a message of no text',
      { ...CHAT, messages: [{ role: 'user' }] },
      "Invalid type for 'messages[0].content'.",
    ],
    [
      'with the system last',
      { ...CHAT, messages: [...CHAT.messages].reverse() },
      'Invalid order of roles: user, system.',
    ],
    [
      'with two questions',
      { ...CHAT, messages: [user('a'), user('b')] },
      'Invalid order of roles: user, user.',
    ],
    [
      'that ends with an answer',
      { ...CHAT, messages: [user('a'), { role: 'assistant', content: 'b' }] },
      'The last message must be of the user.',
    ],
    ['for a stream', { ...CHAT, stream: true }, 'nobody here reads a stream'],
    ['with a strange format', { ...CHAT, response_format: { type: 'yaml' } }, "Invalid value: 'yaml'."],
    [
      'with more in the format',
      { ...CHAT, response_format: { ...schemaFormat(CLOSED), strict: true } },
      "Unknown parameter: 'response_format.strict'.",
    ],
    [
      'with more beside the schema',
      { ...CHAT, response_format: schemaFormat(CLOSED, { x: 1 }) },
      "Unknown parameter: 'response_format.json_schema.x'.",
    ],
    [
      'with a name that is none',
      { ...CHAT, response_format: schemaFormat(CLOSED, { name: 'a b' }) },
      "Invalid 'response_format.json_schema.name'",
    ],
    [
      'with an open schema that is strict',
      { ...CHAT, response_format: schemaFormat(OPEN) },
      "Invalid schema for response_format 'x': In context=(), 'additionalProperties'",
    ],
    [
      'for JSON that nobody mentions',
      { ...CHAT, messages: [user('a')], response_format: { type: 'json_object' } },
      "'messages' must contain the word 'json'",
    ],
  ])('refuses a request %s', async (_what, body, message) => {
    const { post, server } = await started();

    const answer = await post('/chat/completions', body);

    expect([answer.status, answer.body.error.message]).toEqual([400, expect.stringContaining(message)]);
    expect([server.requests.length, server.refusals.length]).toEqual([0, 1]);
  });

  it.each<[object, Supports]>([
    [schemaFormat(CLOSED), { jsonSchema: false }],
    [{ type: 'json_object' }, { jsonObject: false }],
  ])('refuses %j where it does not support it', async (format, supports) => {
    const { post } = await started({ supports });

    const { status, body } = await post('/chat/completions', { ...CHAT, response_format: format });

    expect([status, body.error.message]).toEqual([400, expect.stringContaining("'response_format' of type")]);
  });
});

describe('the fake Messages', () => {
  it('answers as the service does', async () => {
    const { post, server } = await started({ usage: () => ({ input: 9, output: 2, cached: 4 }) });

    expect(await post('/messages', MESSAGES)).toMatchObject({
      status: 200,
      body: {
        type: 'message',
        content: [{ type: 'text', text: 'described mug' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 5, cache_read_input_tokens: 4, output_tokens: 2 },
      },
    });
    expect(server.requests).toMatchObject([
      { service: 'anthropic', system: 'Be brief.', prompt: 'mug\nblue' },
    ]);
  });

  it('calls the tool that it is told to', async () => {
    const { post } = await started();

    const { body } = await post('/messages', {
      ...MESSAGES,
      tools: [tool],
      tool_choice: { type: 'tool', name: 'x' },
    });

    expect(body.content).toMatchObject([
      { type: 'tool_use', input: { title: 'described mug', kind: 'cup', price: 1 } },
    ]);
  });

  it.each<[string, object, string]>([
    ['without a most of tokens', { model: 'm', messages: [user('a')] }, 'max_tokens: Field required'],
    ['with no tokens at all', { ...MESSAGES, max_tokens: 0 }, 'max_tokens: Input should be'],
    [
      'with a field that is not documented',
      { ...MESSAGES, response_format: {} },
      'response_format: Extra inputs are not permitted',
    ],
    ['with an empty system', { ...MESSAGES, system: '' }, 'system: Input should be a valid string'],
    [
      'with the system among the messages',
      { ...MESSAGES, messages: CHAT.messages },
      'Unexpected role "system"',
    ],
    [
      'with an empty message',
      { ...MESSAGES, messages: [user('')] },
      'all messages must have non-empty content',
    ],
    [
      'with an open schema',
      { ...MESSAGES, output_config: { format: { type: 'json_schema', schema: OPEN } } },
      "'additionalProperties' must be explicitly set to false",
    ],
    [
      'with a name for its schema',
      { ...MESSAGES, output_config: { format: { type: 'json_schema', name: 'x', schema: CLOSED } } },
      'output_config.format.name: Extra inputs',
    ],
    ['with a tool that it is not told to use', { ...MESSAGES, tools: [tool] }, 'tool_choice'],
    [
      'with a tool that wants no object',
      { ...MESSAGES, tools: [{ ...tool, input_schema: {} }] },
      "Input should be 'object'",
    ],
  ])('refuses a request %s', async (_what, body, message) => {
    const { post } = await started();

    const answer = await post('/messages', body);

    expect(answer).toMatchObject({
      status: 400,
      body: { type: 'error', error: { type: 'invalid_request_error' } },
    });
    expect(answer.body.error.message).toContain(message);
  });

  it.each<[object, Supports]>([
    [{ output_config: { format: { type: 'json_schema', schema: CLOSED } } }, { jsonSchema: false }],
    [{ tools: [tool], tool_choice: { type: 'tool', name: 'x' } }, { tools: false }],
  ])('refuses %j where it does not support it', async (fields, supports) => {
    const { post } = await started({ supports });

    const { body } = await post('/messages', { ...MESSAGES, ...fields });

    expect(body.error.message).toMatch(/^(output_config|tools): Extra inputs are not permitted$/);
  });
});

describe('both', () => {
  it.each<[string, string, object, Record<string, string>, number]>([
    ['another key', '/chat/completions', CHAT, { authorization: 'Bearer stolen' }, 401],
    ['no key', '/chat/completions', CHAT, { authorization: '' }, 401],
    ['another key', '/messages', MESSAGES, { 'x-api-key': 'stolen' }, 401],
    ['both kinds of key', '/messages', MESSAGES, { authorization: 'Bearer test-key' }, 401],
    ['no version', '/messages', MESSAGES, { 'anthropic-version': '' }, 400],
    ['another type', '/chat/completions', CHAT, { 'content-type': 'text/plain' }, 415],
    ['another path', '/completions', CHAT, {}, 404],
    ['another model', '/chat/completions', { ...CHAT, model: 'x' }, {}, 404],
    ['another model', '/messages', { ...MESSAGES, model: 'x' }, {}, 404],
  ])('refuse %s (%s)', async (_what, path, body, headers, status) => {
    const { post } = await started({ models: ['m'] });

    expect((await post(path, body, headers)).status).toBe(status);
  });

  it.each([
    ['/chat/completions', CHAT],
    ['/messages', MESSAGES],
  ])('do as they are told, and count (%s)', async (path, body) => {
    const { post, server } = await started({
      headers: { 'x-ratelimit-remaining-tokens': '7' },
      behave: (_request, nth) => (nth === 1 ? { kind: 'status', status: 503 } : undefined),
    });

    const first = await post(path, body);
    const second = await post(path, body);

    expect([first.status, second.status]).toEqual([503, 200]);
    expect(second.headers['x-ratelimit-remaining-tokens']).toBe('7');
    expect([server.calls('mug\nblue'), server.answered('mug\nblue'), server.inFlight]).toEqual([2, 1, 0]);
  });
});

async function started(options: FakeModelOptions = {}) {
  const server = await fakeModelForTest(options);
  const post = async (path: string, body: object, headers: Record<string, string> = {}) => {
    const key =
      path === '/messages'
        ? { 'x-api-key': 'test-key', 'anthropic-version': '2023-06-01' }
        : { authorization: 'Bearer test-key' };
    const sent = { 'content-type': 'application/json', ...key, ...headers };
    const answer = await request(`${server.url}${path}`, {
      method: 'POST',
      headers: Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== '')),
      body: JSON.stringify(body),
    });
    return { status: answer.statusCode, headers: answer.headers, body: JSON.parse(await answer.body.text()) };
  };
  return { server, post };
}
