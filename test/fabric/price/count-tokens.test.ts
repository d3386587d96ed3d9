import { countTokens as countOlder } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countNewer } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import type { LlamaDefinition, ModelDefinition } from '../../../src/fabric/definition.js';
import { encodingOf, openTextCounter } from '../../../src/fabric/price/count-texts.js';
import { type TokenCounter, tokenCounterOf } from '../../../src/fabric/price/count-tokens.js';
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

async function countOf(model: string, text: string): Promise<number | undefined> {
  const count = await openTextCounter(encodingOf(model));
  return count([text])[0];
}

async function counterOf(definition: ModelDefinition | LlamaDefinition): Promise<TokenCounter> {
  const count = await openTextCounter(encodingOf(definition.model));
  return tokenCounterOf(definition, async (texts) => count(texts));
}

describe('the tokens of a text', () => {
  it.each([
    ['gpt-4.1-mini', countNewer],
    ['gpt-4', countOlder],
  ])('are as many as the whole tokenizer of %s counts', async (model, countWhole) => {
    const count = await openTextCounter(encodingOf(model));
    const texts = [
      "It's 1234567 o'clock,  isn't it?   Don't!\n\n \r\n\tThe end. ",
      'a-word-of-many-parts/and\\signs <|endoftext|> \u00a0\u3000 é e\u0301 日本語テキスト 😀👍🏽 \ud800 half',
      'internationalisation '.repeat(3),
      ' \n  x \n\n\n y\t\t z',
    ];

    // The second time from what was remembered.
    for (let round = 0; round < 2; round += 1) {
      expect(count(texts)).toEqual(texts.map((text) => countWhole(text, { disallowedSpecial: new Set() })));
    }
  });

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
    expect(await countOf('gpt-4.1-mini', text)).toBe(newer);
    expect(await countOf('gpt-4', text)).toBe(older);
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
    expect(await countOf(model, '😀👍🏽')).toBe(tokens);
  });

  it.each([
    ['letters', 'a'.repeat(20_000), 2_500],
    ['blanks', ' '.repeat(20_000), 157],
    ['signs', '😀'.repeat(5_000), 5_000],
  ])('that goes on without a break are counted in parts: %s', async (_what, text, inOnePiece) => {
    const tokens = await countOf('gpt-4.1-mini', `before ${text} after`);

    // The words around it, and two for each cut at the most.
    expect(tokens).toBeGreaterThanOrEqual(inOnePiece);
    expect(tokens).toBeLessThanOrEqual(inOnePiece + 3 + (2 * text.length) / 250);
  });

  it.each([
    ['letters', 'b'],
    ['letters and accents', 'e\u0301'],
    ['letters of two units', '𐐀'],
    ['signs', '='],
    ['blanks', ' '],
    ['blanks of other kinds', '\u00a0\u3000'],
    ['blank lines', '\n'],
  ])('are cut after each 250 %s, wherever those stand', async (_what, unit) => {
    const run = unit.repeat(Math.ceil(250 / [...unit].length));
    const count = await openTextCounter('o200k_base');
    for (let offset = 0; offset < 12; offset++) {
      const before = '7'.repeat(offset);

      // The cut is where the run ends: what follows begins a piece of its own.
      const [whole = 0, head = 0, tail = 0] = count([
        `${before}${run}${unit}8`,
        `${before}${run}`,
        `${unit}8`,
      ]);

      expect(whole).toBe(head + tail);
    }
  });
});

describe('the tokens of a prompt', () => {
  // What OpenAI's API answered as prompt_tokens to this very request.
  it.each([['gpt-3.5-turbo'], ['gpt-4o']])('are as many as %s says', async (model) => {
    const counter = await counterOf(modelAt(OPENAI, model));

    const tokens = await counter.countPrompts([{ system: 'You are a helpful assistant.', prompt: 'Hello!' }]);

    expect(tokens).toEqual([19]);
  });

  it.each([[undefined], ['']])('are without a system text where there is none: %j', async (system) => {
    const counter = await counterOf(NEWER);
    const prompt = { prompt: 'Hello, world!', ...(system === undefined ? {} : { system }) };

    expect(await counter.countPrompts([prompt])).toEqual([4 + 4 + 3]);
  });

  it('have those of their own system text in them, in whatever order they come', async () => {
    const counter = await counterOf(NEWER);
    const prompts = ['You are brief.', '', 'You are very, very brief.', 'You are brief.'].map((system) => ({
      system,
      prompt: 'Hello, world!',
    }));

    const together = await counter.countPrompts(prompts);

    expect(together).toEqual([4 + 4 + 3 + 4 + 4, 4 + 4 + 3, 4 + 4 + 3 + 4 + 7, 4 + 4 + 3 + 4 + 4]);
    for (const [index, prompt] of prompts.entries()) {
      expect(await counter.countPrompts([prompt])).toEqual([together[index]]);
    }
  });

  it('have those of the schema in them', async () => {
    const counter = await counterOf({ ...NEWER, output: OUTPUT });

    const schema = await countOf(NEWER.model, `{"type":"json_schema","schema":${JSON.stringify(OUTPUT)}}`);
    expect(schema).toBeGreaterThan(10);
    expect(await counter.countPrompts([{ prompt: 'Hello, world!' }])).toEqual([4 + 4 + 3 + (schema ?? 0)]);
  });

  it('are unknown where one of their texts could not be counted', async () => {
    const counter = await tokenCounterOf(NEWER, async (texts) =>
      texts.map((text) => (text === 'lost' ? undefined : 1)),
    );

    const tokens = await counter.countPrompts([
      { system: 'a', prompt: 'b' },
      { system: 'a', prompt: 'lost' },
      { system: 'lost', prompt: 'b' },
    ]);

    expect(tokens).toEqual([4 + 1 + 4 + 1 + 3, undefined, undefined]);
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
    expect((await counterOf(definition)).isExact).toBe(isExact);
  });
});
