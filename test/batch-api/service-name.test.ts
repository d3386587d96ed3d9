import { describe, expect, it } from 'vitest';
import { openBatchService } from '../../src/batch-api/open-batch-service.js';
import { BATCH_SERVICES, chooseBatchService, VALIDATE_LATE } from '../../src/batch-api/service-name.js';
import type { FabricDefinition, ModelDefinition } from '../../src/fabric/definition.js';
import { HurriedClock } from '../support/batch-services/hurried-clock.js';

describe('the batch API of a fabric', () => {
  it.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://eu.api.openai.com/v1', 'openai'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://mine.openai.azure.com/openai/v1', 'azure'],
    ['https://api.together.xyz/v1', 'together'],
    ['https://api.deepinfra.com/v1/openai', 'deepinfra'],
    ['https://api.doubleword.ai/v1', 'doubleword'],
    ['https://api.mistral.ai/v1', 'mistral'],
    ['https://generativelanguage.googleapis.com/v1beta/openai', 'gemini'],
  ])('at %s is that of %s', (baseUrl, service) => {
    expect(chooseBatchService(fabric({ baseUrl }), undefined)).toMatchObject({ service });
  });

  it('of provider anthropic is its own', () => {
    const definition = fabric({ provider: 'anthropic', baseUrl: 'https://api.anthropic.com/v1' });

    expect(chooseBatchService(definition, undefined)).toMatchObject({ service: 'anthropic' });
  });

  it.each([
    'http://127.0.0.1:4000/v1',
    'https://openrouter.ai/api/v1',
    'https://api.openai.com.evil.example/v1',
  ])('is not known at %s, unless it is named', (baseUrl) => {
    const without = chooseBatchService(fabric({ baseUrl }), undefined);

    expect(without).toEqual({ problem: expect.stringContaining(new URL(baseUrl).hostname) });
    expect(chooseBatchService(fabric({ baseUrl }), 'groq')).toMatchObject({ service: 'groq' });
  });

  it('is not one that takes other requests', () => {
    const { problem } = { problem: '', ...chooseBatchService(fabric({}), 'anthropic') };

    expect(problem).toContain('anthropic');
  });

  it.each([
    [{ provider: 'llama', model: '/a.gguf', parameters: {}, onTruncate: 'fail' }, 'this machine'],
    [{ provider: 'promptha', fabricId: 'x', keyEnv: 'K' }, 'Promptha'],
  ] as const)('is none for %o', (fields, words) => {
    const definition = { ...COMMON, ...fields } as FabricDefinition;

    expect(chooseBatchService(definition, 'openai')).toEqual({ problem: expect.stringContaining(words) });
  });

  it('has a driver for each name, with what it costs', async () => {
    const shares = new Map<string, number>();
    for (const name of BATCH_SERVICES) {
      const service = openBatchService(name, {
        definition: fabric({ provider: name === 'anthropic' ? 'anthropic' : 'openai' }),
        apiKey: 'key',
        proxy: undefined,
        timeoutMs: 1_000,
        clock: new HurriedClock(),
        random: () => 0,
      });
      shares.set(name, service.priceShare);
      expect(VALIDATE_LATE.has(name)).toBe(service.validatesLate);
      await service.close();
    }

    expect(shares.get('deepinfra')).toBe(0.8);
    expect([...shares].filter(([name]) => name !== 'deepinfra').every(([, share]) => share === 0.5)).toBe(
      true,
    );
  });
});

const COMMON = { name: 'described', prompt: '', partials: {}, limits: {} };

function fabric(fields: Partial<ModelDefinition>): ModelDefinition {
  return {
    ...COMMON,
    provider: 'openai',
    model: 'm',
    baseUrl: 'https://api.openai.com/v1',
    parameters: {},
    onTruncate: 'fail',
    ...fields,
  };
}
