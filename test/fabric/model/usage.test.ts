import { describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../../src/fabric/fabric.js';
import type { ServiceNotice } from '../../../src/fabric/service-notice.js';
import type { Behaviour } from '../../support/fake-model-server.js';
import { connected } from './connected.js';

const completion = (usage: object, more: object = {}): Behaviour => ({
  kind: 'body',
  body: {
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'A mug' }, finish_reason: 'stop' }],
    usage,
    ...more,
  },
});

describe('thoughts that are billed as output', () => {
  it.each<[string, object, number]>([
    [
      'are in completion_tokens (OpenAI)',
      {
        ...{ prompt_tokens: 100, completion_tokens: 410, total_tokens: 510 },
        completion_tokens_details: { reasoning_tokens: 400 },
      },
      410,
    ],
    [
      'stand beside them, and in the total (xAI)',
      {
        ...{ prompt_tokens: 100, completion_tokens: 10, total_tokens: 510 },
        completion_tokens_details: { reasoning_tokens: 400 },
      },
      410,
    ],
    [
      'are in the total alone (Gemini)',
      { prompt_tokens: 100, completion_tokens: 10, total_tokens: 510 },
      410,
    ],
    [
      'are not all that the total has',
      {
        ...{ prompt_tokens: 100, completion_tokens: 10, total_tokens: 510 },
        completion_tokens_details: { reasoning_tokens: 300 },
      },
      310,
    ],
    [
      'are none, whatever the total',
      {
        ...{ prompt_tokens: 100, completion_tokens: 10, total_tokens: 510 },
        completion_tokens_details: { reasoning_tokens: 0 },
      },
      10,
    ],
    [
      'are in no total (Perplexity)',
      {
        ...{ prompt_tokens: 100, completion_tokens: 700, total_tokens: 800 },
        ...{ reasoning_tokens: 90, citation_tokens: 50, num_search_queries: 3 },
      },
      790,
    ],
    [
      'are none where the total is too small',
      { prompt_tokens: 100, completion_tokens: 10, total_tokens: 50 },
      10,
    ],
  ])('%s', async (_what, usage, output) => {
    const { run } = await connected({}, { behave: () => completion(usage) });

    expect((await run()).usage).toMatchObject({ input: 100, output });
  });
});

describe('tokens of a cache, by whatever name', () => {
  it.each<[string, object, Partial<TokenUsage>]>([
    [
      'OpenAI',
      { prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 50 } },
      { cached: 30, written: 50 },
    ],
    ['DeepSeek', { prompt_cache_hit_tokens: 30, prompt_cache_miss_tokens: 70 }, { cached: 30 }],
    ['Mistral', { num_cached_tokens: 30 }, { cached: 30 }],
    ['Mistral, by another', { prompt_token_details: { cached_tokens: 30 } }, { cached: 30 }],
    [
      'LiteLLM, of Anthropic',
      { prompt_tokens_details: { cached_tokens: 30 }, cache_creation_input_tokens: 50 },
      { cached: 30, written: 50 },
    ],
  ])('%s', async (_service, details, read) => {
    const usage = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, ...details };
    const { run } = await connected({}, { behave: () => completion(usage) });

    expect((await run()).usage).toEqual({ input: 100, output: 5, ...read });
  });

  it('Anthropic, by how long they are kept, and how the call was served', async () => {
    const usage = {
      ...{
        input_tokens: 10,
        cache_read_input_tokens: 200,
        cache_creation_input_tokens: 3_000,
        output_tokens: 5,
      },
      cache_creation: { ephemeral_5m_input_tokens: 1_000, ephemeral_1h_input_tokens: 2_000 },
      service_tier: 'priority',
    };
    const { run } = await connected(
      { provider: 'anthropic' },
      {
        behave: () => ({
          kind: 'body',
          body: {
            type: 'message',
            content: [{ type: 'text', text: 'A mug' }],
            stop_reason: 'end_turn',
            usage,
          },
        }),
      },
    );

    expect((await run()).usage).toEqual({
      ...{ input: 3_210, output: 5, cached: 200, written: 3_000, writtenForHour: 2_000 },
      tier: 'priority',
    });
  });
});

describe('how a call was served and charged', () => {
  const usage = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105 };

  it('is said in the body', async () => {
    const { run } = await connected({}, { behave: () => completion(usage, { service_tier: 'priority' }) });

    expect((await run()).usage).toEqual({ input: 100, output: 5, tier: 'priority' });
  });

  it.each([
    ['0.0125', { chargedByGateway: 0.0125 }],
    ['0.0', { chargedByGateway: 0 }],
    ['None', {}],
    ['', {}],
  ])('is said by LiteLLM in a header: "%s"', async (cost, read) => {
    const { run } = await connected(
      {},
      { behave: () => completion(usage), headers: { 'x-litellm-response-cost': cost } },
    );

    expect((await run()).usage).toEqual({ input: 100, output: 5, ...read });
  });

  it('is said by LiteLLM where it counts no tokens', async () => {
    const { run } = await connected(
      {},
      { usage: () => undefined, headers: { 'x-litellm-response-cost': '0.5' } },
    );

    expect((await run()).usage).toEqual({ input: 0, output: 0, chargedByGateway: 0.5 });
  });

  it('is said by Gemini in a header', async () => {
    const { run } = await connected(
      {},
      { behave: () => completion(usage), headers: { 'x-gemini-service-tier': 'flex' } },
    );

    expect((await run()).usage).toEqual({ input: 100, output: 5, tier: 'flex' });
  });
});

describe('figures that no call can have', () => {
  it.each<[string, Behaviour, object, Partial<TokenUsage>, string]>([
    [
      'endless tokens',
      completion({ prompt_tokens: 100, completion_tokens: 1e15 }),
      {},
      { output: 10_000_000 },
      'tokens of answer',
    ],
    [
      'tokens below zero',
      completion({ prompt_tokens: -5, completion_tokens: 5 }),
      {},
      { input: 0 },
      'tokens of prompt',
    ],
    [
      'more in the cache than there is',
      completion({ prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 900 } }),
      {},
      { cached: 10 },
      'cached tokens',
    ],
    [
      'a fortune',
      completion({ prompt_tokens: 10, completion_tokens: 5 }),
      { 'x-litellm-response-cost': '1e12' },
      { chargedByGateway: 100 },
      'USD',
    ],
  ])('are brought within bounds, and said once: %s', async (_what, answer, headers, read, figure) => {
    const notices: ServiceNotice[] = [];
    const { run } = await connected(
      {},
      { behave: () => answer, headers: { ...headers } },
      { onNotice: (notice) => notices.push(notice) },
    );

    const { usage } = await run(1);
    await run(2);

    expect(usage).toMatchObject(read);
    expect(notices).toEqual([expect.objectContaining({ kind: 'absurd-usage', figure })]);
  });
});

describe('a prompt that a service cuts', () => {
  it.each([
    ['far fewer tokens than it has', 'word '.repeat(8_000), 4_096, 1],
    ['as many as it may have', 'word '.repeat(8_000), 8_003, 0],
    ['few tokens of a short one', 'word '.repeat(100), 10, 0],
  ])('is told once, by the tokens it counts: %s', async (_what, name, input, told) => {
    const notices: ServiceNotice[] = [];
    const { run } = await connected(
      {},
      { usage: () => ({ input, output: 5 }) },
      { onNotice: (notice) => notices.push(notice) },
    );

    await run(1, { name });
    await run(2, { name });

    expect(notices.filter(({ kind }) => kind === 'prompt-cut')).toHaveLength(told);
  });
});
