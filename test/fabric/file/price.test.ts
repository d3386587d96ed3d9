import { describe, expect, it } from 'vitest';
import { defined, LEAST, refusal } from './fabric-folder.js';

describe('a price', () => {
  it.each([
    ['{ input: 3, output: 15, cached: 0.3 }', { unit: 'USD', tokens: { input: 3, output: 15, cached: 0.3 } }],
    ['{ input: 3, output: 15, currency: EUR }', { unit: 'EUR', tokens: { input: 3, output: 15 } }],
    ['{ call: 0.002 }', { unit: 'USD', call: 0.002 }],
    ['{ input: 0, output: 0, call: 0 }', { unit: 'USD', tokens: { input: 0, output: 0 }, call: 0 }],
    ['{ credits: 1 }', { unit: 'credits', tokens: { input: 1_000, output: 1_000 } }],
  ])('may be %s', async (yaml, price) => {
    const definition = await defined(`${LEAST}price: ${yaml}\n`);

    expect(definition.price).toEqual(price);
  });

  it.each([
    ['promptha', 'provider: promptha\n'],
    ['anthropic', 'provider: anthropic\nmodel: m\nprompt: p\n'],
    // Electricity and a rented machine have their price too.
    ['llama', 'provider: llama\nmodel: m.gguf\nprompt: p\n'],
  ])('may stand in a file for %s', async (_provider, yaml) => {
    const definition = await defined(`${yaml}price: { call: 0.5 }\n`);

    expect(definition.price).toEqual({ unit: 'USD', call: 0.5 });
  });

  it('is not there where the file has none', async () => {
    expect(await defined(LEAST)).not.toHaveProperty('price');
  });
});

/** A line added to the least fabric file is line 4. */
const PROBLEMS: readonly [what: string, yaml: string, wanted: string][] = [
  ['a number', 'price: 3', 'x.yaml:4: price: wanted input and output, call, or credits, got 3'],
  ['nothing', 'price:', 'x.yaml:4: price: wanted input and output, call, or credits, got nothing'],
  ['a list', 'price: [3, 15]', 'x.yaml:4: price: wanted input and output, call, or credits, got a list'],
  ['no fields', 'price: {}', 'x.yaml:4: price: wanted input and output, call, or credits'],
  [
    'a currency alone',
    'price: { currency: EUR }',
    'x.yaml:4: price: wanted input and output, call, or credits',
  ],
  [
    'an unknown field with its nearest',
    'price:\n  input: 3\n  output: 15\n  inputs: 3',
    'x.yaml:7: price.inputs: there is no such field, perhaps "input"',
  ],
  [
    'an unknown field that is like no other',
    'price: { call: 1, usd: 3 }',
    'x.yaml:4: price.usd: there is no such field; there are input, output, cached, written, call, credits, currency',
  ],
  [
    'an input below nothing',
    'price:\n  input: -3\n  output: 15',
    'x.yaml:5: price.input: wanted what a million tokens of prompts cost, such as 0.25, got -3',
  ],
  [
    'an output in words',
    'price:\n  input: 3\n  output: $15',
    'x.yaml:6: price.output: wanted what a million tokens of answers cost, such as 2, got "$15"',
  ],
  [
    'cached tokens for nothing said',
    'price:\n  input: 3\n  output: 15\n  cached:',
    'x.yaml:7: price.cached: wanted what a million tokens of prompts cost that were cached, such as 0.025, got nothing',
  ],
  [
    'a call in words',
    'price: { call: cheap }',
    'x.yaml:4: price.call: wanted what a call costs, such as 0.002, got "cheap"',
  ],
  [
    'credits in words',
    'price: { credits: 1k }',
    'x.yaml:4: price.credits: wanted the credits that a thousand tokens cost, such as 1, got "1k"',
  ],
  [
    'a sign for a currency',
    'price:\n  call: 1\n  currency: €',
    'x.yaml:6: price.currency: wanted the three letters of a currency, such as EUR, got "€"',
  ],
  ['an input alone', 'price: { input: 3 }', 'x.yaml:4: price: wanted output too, 0 where it costs nothing'],
  ['an output alone', 'price: { output: 3 }', 'x.yaml:4: price: wanted input too, 0 where it costs nothing'],
  [
    'cached tokens alone',
    'price:\n  call: 1\n  cached: 3',
    'x.yaml:6: price.cached: it has no place here without input and output',
  ],
  [
    'credits and money',
    'price:\n  credits: 1\n  input: 3\n  output: 15',
    'x.yaml:6: price.input: it has no place beside credits, which are for all tokens alike',
  ],
  [
    'credits of a currency',
    'price:\n  credits: 1\n  currency: EUR',
    'x.yaml:6: price.currency: it has no place beside credits, which are for all tokens alike',
  ],
];

it.each(PROBLEMS)('refuses as a price, with its line, %s', async (_what, yaml, wanted) => {
  expect(await refusal(LEAST + yaml)).toEqual([wanted]);
});
