import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../../src/fabric/definition.js';
import { describeRequest } from '../../../src/fabric/model/describe-request.js';
import { connected, definitionOf, PRODUCT, PROVIDERS, render } from './connected.js';

describe('a described request', () => {
  it('is the whole request, with all of the key masked', () => {
    const definition = definitionOf({ parameters: { temperature: 0.2 } });

    const described = describeRequest(definition, 'sk-very-secret', render, { name: 'mug' });

    expect(described).toEqual({
      method: 'POST',
      url: 'https://models.example/v1/chat/completions',
      headers: {
        authorization: 'Bearer ***',
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'batchai',
        'idempotency-key': '<run>-<row>',
      },
      body: JSON.stringify({
        model: 'small-1',
        stream: false,
        messages: [
          { role: 'system', content: 'You describe products.' },
          { role: 'user', content: 'Describe mug.' },
        ],
        temperature: 0.2,
      }),
    });
  });

  it.each(PROVIDERS)('is byte for byte what is sent (%s)', async (provider) => {
    const { run, server } = await connected({ provider, output: PRODUCT, parameters: { temperature: 0 } });
    const definition = definitionOf({
      ...{ provider, output: PRODUCT, parameters: { temperature: 0 } },
      baseUrl: server.url,
    });

    const described = describeRequest(definition, 'test-key', render, { name: 'mug "ünï"' });
    await run(1, { name: 'mug "ünï"' });

    const [sent] = server.requests;
    expect(sent?.bodyText).toBe(described.body);
    expect(described.url).toBe(`${new URL(server.url).origin}${sent?.url}`);
    expect(Object.keys(sent?.headers ?? {})).toEqual(expect.arrayContaining(Object.keys(described.headers)));
  });

  it('has no key where none is sent', () => {
    const { headers } = describeRequest(definitionOf(), undefined, render, {});

    expect(headers).not.toHaveProperty('authorization');
  });

  it.each<[Partial<ModelDefinition>, string, object]>([
    [
      { baseUrl: 'https://unit.openai.azure.com/openai/deployments/gpt?api-version=2024-10-21' },
      'https://unit.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=2024-10-21',
      { 'api-key': '***' },
    ],
    [
      { baseUrl: 'https://unit.services.ai.azure.com/openai/v1/' },
      'https://unit.services.ai.azure.com/openai/v1/chat/completions',
      { 'api-key': '***' },
    ],
    [
      { baseUrl: 'https://unit.cognitiveservices.azure.com/openai/v1' },
      'https://unit.cognitiveservices.azure.com/openai/v1/chat/completions',
      { 'api-key': '***' },
    ],
    [
      { baseUrl: 'https://openai.azure.com.evil.example' },
      'https://openai.azure.com.evil.example/chat/completions',
      { authorization: 'Bearer ***' },
    ],
    [
      { provider: 'anthropic', baseUrl: 'https://api.anthropic.com/v1' },
      'https://api.anthropic.com/v1/messages',
      { 'x-api-key': '***', 'anthropic-version': '2023-06-01' },
    ],
    [
      { provider: 'anthropic', apiVersion: '2026-10-21', baseUrl: 'https://api.anthropic.com/v1' },
      'https://api.anthropic.com/v1/messages',
      { 'x-api-key': '***', 'anthropic-version': '2026-10-21' },
    ],
  ])('goes where the service wants it, with the key where it wants it: %j', (overrides, url, headers) => {
    const described = describeRequest(definitionOf(overrides), '***', render, {});

    expect(described.url).toBe(url);
    expect(described.headers).toMatchObject(headers);
    expect(Object.values(described.headers).filter((value) => value.includes('***'))).toHaveLength(1);
  });
});
