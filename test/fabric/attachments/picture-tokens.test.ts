import { describe, expect, it } from 'vitest';
import { pictureTokensOf } from '../../../src/fabric/attachments/picture-tokens.js';
import type { ModelDefinition } from '../../../src/fabric/definition.js';

describe('the tokens of a picture', () => {
  // The first ones are the examples of the services' own pages.
  it.each<[ModelDefinition['provider'], string, number, number, number]>([
    ['openai', 'gpt-4o', 1024, 1024, 765],
    ['openai', 'gpt-4o', 2048, 4096, 1105],
    ['openai', 'gpt-4.1-mini', 1024, 1024, 1659],
    ['openai', 'gpt-4o-mini', 1024, 1024, 2833 + 4 * 5667],
    ['openai', 'gpt-5', 512, 512, 210],
    ['openai', 'openai/o3', 100, 100, 225],
    ['anthropic', 'claude-haiku-4-5', 1000, 1000, 1334],
    ['anthropic', 'claude-haiku-4-5', 200, 200, 54],
    ['anthropic', 'claude-sonnet-4-6', 5000, 5000, 1600],
    ['anthropic', 'claude-opus-4-7', 5000, 5000, 4784],
    ['openai', 'gemini-2.5-flash', 384, 384, 258],
    ['openai', 'gemini-2.5-flash', 960, 540, 6 * 258],
  ])('are what %s publishes: %s, %d × %d', (provider, model, width, height, tokens) => {
    expect(pictureTokensOf({ provider, model })?.({ width, height })).toBe(tokens);
  });

  it('are fewer where it is made smaller first', () => {
    const tokens = pictureTokensOf({ provider: 'anthropic', model: 'claude-haiku-4-5', maxPixels: 75_000 });

    expect(tokens?.({ width: 4000, height: 3000 })).toBe(100);
  });

  it.each(['gpt-6-luna', 'gemini-4-carbon', 'llava'])('are not known of %s', (model) => {
    expect(pictureTokensOf({ provider: 'openai', model })).toBeUndefined();
  });
});
