import { describe, expect, it } from 'vitest';
import type { FabricDefinition, ModelDefinition, PrompthaDefinition } from '../../src/fabric/definition.js';
import { definitionHash } from '../../src/fabric/definition-hash.js';

const MODEL: ModelDefinition = {
  name: 'facts',
  provider: 'openai',
  model: 'm',
  baseUrl: 'https://api.openai.com/v1',
  keyEnv: 'OPENAI_API_KEY',
  system: 's',
  prompt: 'p',
  partials: { 'a.liquid': 'a', 'b.liquid': 'b' },
  parameters: { temperature: 0, stop: ['x', 'y'] },
  output: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } },
  onTruncate: 'fail',
  limits: { requests: '5' },
  concurrency: 3,
};
const PROMPTHA: PrompthaDefinition = {
  name: 'facts',
  provider: 'promptha',
  fabricId: 'f',
  keyEnv: 'PROMPTHA_API_KEY',
  limits: {},
};

describe('the hash of a definition', () => {
  it('stays what it is', () => {
    expect(definitionHash(PROMPTHA)).toMatch(/^[0-9a-f]{64}$/);
    // An interrupted run of an older version must still find its fabric unchanged.
    expect(definitionHash(MODEL)).toMatchInlineSnapshot(
      `"9c4b3047a57131a668ddf390b5bc7e8463a7215e89fb4bfb438ad50897fe3faa"`,
    );
  });

  it('does not depend on the order of fields', () => {
    const { parameters, partials, ...rest } = MODEL;
    const reordered: ModelDefinition = {
      partials: { 'b.liquid': 'b', 'a.liquid': 'a' },
      parameters: { stop: ['x', 'y'], temperature: 0 },
      ...rest,
      output: { properties: { a: { type: 'string' }, b: { type: 'number' } }, type: 'object' },
    };

    expect(definitionHash(reordered)).toBe(definitionHash(MODEL));
  });

  it.each<[string, Partial<ModelDefinition>]>([
    ['name', { name: 'other' }],
    ['baseUrl', { baseUrl: 'http://127.0.0.1:1' }],
    ['keyEnv', { keyEnv: 'OTHER' }],
    ['limits', { limits: { tokens: 5 } }],
    ['concurrency', { concurrency: 'auto' }],
    ['price', { price: { unit: 'USD', tokens: { input: 3, output: 15 } } }],
  ])('does not depend on %s', (_name, change) => {
    expect(definitionHash({ ...MODEL, ...change })).toBe(definitionHash(MODEL));
  });

  it('depends on everything else, each in its own way', () => {
    const { system: _, output: __, ...bare } = MODEL;
    const others: FabricDefinition[] = [
      MODEL,
      bare,
      PROMPTHA,
      { ...PROMPTHA, fabricId: 'g' },
      { ...MODEL, provider: 'anthropic' },
      { ...MODEL, model: 'n' },
      { ...MODEL, system: 'p', prompt: 's' },
      { ...MODEL, prompt: 'p ' },
      { ...MODEL, partials: { 'a.liquid': 'b', 'b.liquid': 'a' } },
      { ...MODEL, parameters: { temperature: 0, stop: ['y', 'x'] } },
      { ...MODEL, parameters: { temperature: '0', stop: ['x', 'y'] } },
      { ...MODEL, onTruncate: 'keep' },
      { ...MODEL, output: { type: 'object', properties: { a: { type: 'string' } } } },
      // A model writes its answer in the order of the properties.
      { ...MODEL, output: { type: 'object', properties: { b: { type: 'number' }, a: { type: 'string' } } } },
    ];

    const hashes = new Set(others.map(definitionHash));

    expect(hashes.size).toBe(others.length);
  });
});
