import { describe, expect, it } from 'vitest';
import type { LlamaDefinition } from '../../../src/fabric/definition.js';
import { tokenCounterOf } from '../../../src/fabric/price/count-tokens.js';
import { modelAt, OPENAI } from './priced-model.js';

const NEWER = modelAt(OPENAI, 'gpt-4.1-mini');
const OLDER = modelAt(OPENAI, 'gpt-4');
const LLAMA: LlamaDefinition = {
  provider: 'llama',
  name: 'l',
  model: '/models/l.gguf',
  prompt: 'p',
  partials: {},
  parameters: {},
  onTruncate: 'fail',
  limits: {},
};
const OUTPUT = { type: 'object', properties: { topic: { type: 'string' } } };

describe('the tokens of a text', () => {
  it.each([
    ['', 0, 0],
    ['Hello, world!', 4, 4],
    ['antidisestablishmentarianism', 6, 6],
    ['2 + 2 = 4', 7, 7],
    ['お誕生日おめでとう', 8, 9],
    ['😀👍🏽', 4, 8],
    // A mark of the tokenizer, had it not come in a row.
    ['<|endoftext|>', 7, 7],
  ])('%j are %d, and %d for older models', async (text, newer, older) => {
    expect((await tokenCounterOf(NEWER)).count(text)).toBe(newer);
    expect((await tokenCounterOf(OLDER)).count(text)).toBe(older);
  });

  it.each([
    ['gpt-4', 8],
    ['gpt-4-turbo-2024-04-09', 8],
    ['gpt-3.5-turbo', 8],
    ['gpt-35-turbo', 8],
    ['openai/gpt-4', 8],
    ['ft:gpt-3.5-turbo-0125:acme::x', 8],
    ['gpt-4o', 4],
    ['gpt-4.1', 4],
    ['gpt-5-mini', 4],
    ['o3', 4],
    ['llama-3.3-70b-versatile', 4],
  ])('are told by the tokenizer of %s', async (model, tokens) => {
    const counter = await tokenCounterOf(modelAt(OPENAI, model));

    expect(counter.count('😀👍🏽')).toBe(tokens);
  });

  it.each([
    ['letters', 'a'.repeat(20_000), 2_500],
    ['blanks', ' '.repeat(20_000), 157],
    ['signs', '😀'.repeat(5_000), 5_000],
  ])('that goes on without a break are counted in parts: %s', async (_what, text, inOnePiece) => {
    const counter = await tokenCounterOf(NEWER);

    const tokens = counter.count(`before ${text} after`);

    // The words around it, and two for each cut at the most.
    expect(tokens).toBeGreaterThanOrEqual(inOnePiece);
    expect(tokens).toBeLessThanOrEqual(inOnePiece + 3 + (2 * text.length) / 250);
  });
});

describe('the tokens of a prompt', () => {
  // What OpenAI's API answered as prompt_tokens to this very request.
  it.each([['gpt-3.5-turbo'], ['gpt-4o']])('are as many as %s says', async (model) => {
    const counter = await tokenCounterOf(modelAt(OPENAI, model));

    const tokens = counter.countPrompt({ system: 'You are a helpful assistant.', prompt: 'Hello!' });

    expect(tokens).toBe(19);
  });

  it.each([[undefined], ['']])('are without a system text where there is none: %j', async (system) => {
    const counter = await tokenCounterOf(NEWER);
    const prompt = { prompt: 'Hello, world!', ...(system === undefined ? {} : { system }) };

    expect(counter.countPrompt(prompt)).toBe(4 + 4 + 3);
  });

  it('have those of the schema in them', async () => {
    const counter = await tokenCounterOf({ ...NEWER, output: OUTPUT });

    const schema = counter.count(`{"type":"json_schema","schema":${JSON.stringify(OUTPUT)}}`);
    expect(schema).toBeGreaterThan(10);
    expect(counter.countPrompt({ prompt: 'Hello, world!' })).toBe(4 + 4 + 3 + schema);
  });
});

describe('a count is exact', () => {
  it.each([
    ['for a model whose count is known', NEWER, true],
    ['for an older one', OLDER, true],
    ['at Azure', modelAt('https://x.openai.azure.com/openai/v1', 'gpt-35-turbo'), true],
    ['over OpenRouter', modelAt('https://openrouter.ai/api/v1', 'openai/gpt-4o'), true],
    ['but not for a model that thinks first', modelAt(OPENAI, 'gpt-5-mini'), false],
    [
      'nor for one of another house',
      modelAt('https://api.groq.com/openai/v1', 'llama-3.3-70b-versatile'),
      false,
    ],
    [
      'nor for Anthropic',
      modelAt('https://api.anthropic.com/v1', 'claude-haiku-4-5', { provider: 'anthropic' }),
      false,
    ],
    ['nor for a model in a file', LLAMA, false],
    ['nor with a schema', { ...NEWER, output: OUTPUT }, false],
    ['nor with tools', modelAt(OPENAI, 'gpt-4.1-mini', { parameters: { tools: [] } }), false],
  ])('%s', async (_what, definition, isExact) => {
    expect((await tokenCounterOf(definition)).isExact).toBe(isExact);
  });
});
