import { describe, expect, it } from 'vitest';
import type { CallErrorKind } from '../../../src/fabric/call-error.js';
import { isSameModel } from '../../../src/fabric/model/answered-model.js';
import type { ServiceNotice } from '../../../src/fabric/service-notice.js';
import type { Behaviour } from '../../support/fake-model-server.js';
import { connected, failure, PRODUCT } from './connected.js';

const completion = (content: unknown, finish = 'stop', model = 'small-1'): Behaviour => ({
  kind: 'body',
  body: {
    ...{ object: 'chat.completion', model },
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
    usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  },
});

describe('a finish_reason', () => {
  it.each(['stop', 'STOP', 'eos', 'stop_sequence', 'tool_calls', ''])(
    'that is good: "%s"',
    async (reason) => {
      const { run } = await connected({}, { behave: () => completion('A mug', reason) });

      expect((await run()).answer).toBe('A mug');
    },
  );

  it.each<[string, CallErrorKind]>([
    ['error', 'bad-answer'],
    ['insufficient_system_resource', 'bad-answer'],
    ['abort', 'bad-answer'],
    ['malformed_response', 'bad-answer'],
    ['something_new', 'bad-answer'],
    ['repetition', 'truncated'],
    ['repetition_truncation', 'truncated'],
    ['max_tokens', 'truncated'],
    ['MAX_TOKENS', 'truncated'],
    ['CONTINUATION', 'truncated'],
    ['SAFETY', 'refused'],
    ['PROHIBITED_CONTENT', 'refused'],
  ])('that leaves no answer: %s is %s', async (reason, kind) => {
    const { run } = await connected({}, { behave: () => completion('A m', reason) });

    expect((await failure(run())).kind).toBe(kind);
  });

  it.each<[string, object, CallErrorKind, string]>([
    ['pause_turn', {}, 'truncated', 'pause_turn'],
    ['compaction', {}, 'bad-answer', 'compaction'],
    [
      'refusal',
      { stop_details: { category: 'bio', explanation: 'It asks for a pathogen.' } },
      'refused',
      'bio: It asks for a pathogen.',
    ],
  ])('of Anthropic that leaves no answer: %s', async (reason, more, kind, words) => {
    const content = [{ type: 'text', text: 'A m' }];
    const { run } = await connected(
      { provider: 'anthropic' },
      { behave: () => ({ kind: 'body', body: { type: 'message', content, stop_reason: reason, ...more } }) },
    );

    const error = await failure(run());

    expect(error.kind).toBe(kind);
    expect(error.message).toContain(words);
  });
});

describe('thoughts at the beginning of an answer', () => {
  it('are no part of it', async () => {
    const { run } = await connected({}, { behave: () => completion('\n<think>{"a": 1}</think>\n\nA mug') });

    expect((await run()).answer).toBe('A mug');
  });

  it('stay where the answer is about them', async () => {
    const { run } = await connected({}, { behave: () => completion('Use <think> and </think>.') });

    expect((await run()).answer).toBe('Use <think> and </think>.');
  });

  it.each<[string, CallErrorKind]>([
    ['length', 'truncated'],
    ['stop', 'bad-answer'],
  ])('that never end leave none (%s)', async (finish, kind) => {
    const { run } = await connected(
      { onTruncate: 'keep' },
      { behave: () => completion('<think>Let me see', finish) },
    );

    expect((await failure(run())).kind).toBe(kind);
  });
});

describe('the model that answered', () => {
  it('is known, and said once, where it is another', async () => {
    const notices: ServiceNotice[] = [];
    const { run } = await connected(
      { model: 'gemini-2.5-flash' },
      { behave: () => completion('A mug', 'stop', 'models/gemini-3.5-flash-lite') },
      { onNotice: (notice) => notices.push(notice) },
    );

    const reply = await run(1);
    await run(2);

    expect(reply).toMatchObject({
      model: 'models/gemini-3.5-flash-lite',
      usage: { model: 'models/gemini-3.5-flash-lite' },
    });
    expect(notices).toEqual([
      { kind: 'other-model', asked: 'gemini-2.5-flash', answered: 'models/gemini-3.5-flash-lite' },
    ]);
  });

  it.each([
    ['gpt-6-luna', 'gpt-6-luna-2026-08-01'],
    ['claude-haiku-4-5', 'claude-haiku-4-5-20251001'],
    ['models/gemini-2.5-flash', 'gemini-2.5-flash-001'],
    ['openai/gpt-6-luna', 'gpt-6-luna'],
    ['mistral-small-latest', 'mistral-small-2603'],
    ['meta-llama/Llama-3.3-70B:free', 'meta-llama/llama-3.3-70b'],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'claude-haiku-4-5'],
  ])('is the same with a path, a region, a date or a version: %s, %s', (asked, answered) => {
    expect(isSameModel(asked, answered)).toBe(true);
    expect(isSameModel(answered, asked)).toBe(true);
  });

  it.each([
    ['gemini-2.5-flash', 'gemini-3.5-flash-lite'],
    ['gpt-6-luna', 'gpt-6-sol'],
    ['gpt-4o', 'gpt-4o-mini'],
    ['claude-sonnet-4-5', 'claude-sonnet-4-6'],
    ['our-deployment', 'gpt-6-luna-2026-08-01'],
  ])('is another: %s, %s', (asked, answered) => {
    expect(isSameModel(asked, answered)).toBe(false);
  });
});

describe('a form that is ignored without a word', () => {
  const prose = (form: string): Behaviour | undefined =>
    form === 'text' ? undefined : completion('Sure! A fine mug it is.');

  it('is left as a refused one is, and told', async () => {
    const notices: ServiceNotice[] = [];
    const { run, server } = await connected(
      { output: PRODUCT },
      { behave: ({ form }) => prose(form), answer: () => ({ title: 'Mug', tags: [] }) },
      { onNotice: (notice) => notices.push(notice) },
    );

    const errors = [await failure(run(1)), await failure(run(1))];
    const { answer } = await run(1);
    await run(2);

    expect(errors.map(({ kind, retriesInOtherForm }) => [kind, retriesInOtherForm])).toEqual([
      ['unsupported', true],
      ['unsupported', true],
    ]);
    expect(JSON.parse(String(answer))).toEqual({ title: 'Mug', tags: [] });
    expect(server.requests.map(({ form }) => form)).toEqual(['json-schema', 'json-object', 'text', 'text']);
    expect(
      notices.map((notice) => (notice.kind === 'form-lowered' ? [notice.from, notice.to] : notice)),
    ).toEqual([
      ['json-schema', 'json-object'],
      ['json-object', 'prompt-only'],
    ]);
  });

  it('is kept once an answer had an object in it: prose is then a bad answer of one row', async () => {
    const { run, server } = await connected(
      { output: PRODUCT },
      { behave: ({ prompt }) => (prompt.includes('cup') ? completion('I would rather not.') : undefined) },
    );

    await run(1);
    const { answer } = await run(2, { name: 'cup' });
    await run(3);

    expect(answer).toBe('I would rather not.');
    expect(new Set(server.requests.map(({ form }) => form))).toEqual(new Set(['json-schema']));
  });
});

it('a schema whose pattern is refused is sent without it', async () => {
  const sku = { type: 'string', pattern: '^[A-Z]+$' };
  const output = { type: 'object', properties: { sku }, required: ['sku'], additionalProperties: false };
  const { run, server } = await connected(
    { output },
    {
      behave: ({ bodyText }) =>
        bodyText.includes('"pattern"')
          ? {
              kind: 'status',
              status: 400,
              body: { error: { message: "Pattern must start with '^' and end with '$'", code: 400 } },
            }
          : undefined,
    },
  );

  const error = await failure(run(1));
  await run(1);

  expect(error.retriesInOtherForm).toBe(true);
  expect(server.requests.map(({ form }) => form)).toEqual(['json-schema', 'json-schema']);
});
