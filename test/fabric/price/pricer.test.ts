import { describe, expect, it } from 'vitest';
import type { LlamaDefinition, PrompthaDefinition } from '../../../src/fabric/definition.js';
import type { Price } from '../../../src/fabric/price/price.js';
import { isKnownBeforehand, pricerOf } from '../../../src/fabric/price/pricer.js';
import { modelAt, OPENAI } from './priced-model.js';

const USAGE = { input: 1_000, output: 100 };
const OPTION: Price = { unit: 'EUR', call: 0.5 };
const IN_FILE: Price = { unit: 'credits', tokens: { input: 1_000, output: 1_000 } };

const LISTED = modelAt(OPENAI, 'gpt-4.1-mini');
const UNLISTED = modelAt('http://127.0.0.1:8000/v1', 'our-alias');
const OWN_ADDRESS = modelAt('http://127.0.0.1:8000/v1', 'gpt-4.1-mini');
const PROMPTHA: PrompthaDefinition = {
  provider: 'promptha',
  name: 'f',
  fabricId: 'f',
  keyEnv: 'PROMPTHA_API_KEY',
  limits: {},
};
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

const now = () => Date.UTC(2026, 10, 25);

describe('the price is', () => {
  it.each([
    ['a model', { ...LISTED, price: IN_FILE }],
    ['a fabric at Promptha', { ...PROMPTHA, price: IN_FILE }],
    ['a model in a file', LLAMA],
    ['an on-device fabric', undefined],
  ])('that of the option before all others, for %s', async (_what, definition) => {
    const pricer = await pricerOf(definition, OPTION, now);

    expect(pricer).toMatchObject({ unit: 'EUR', source: 'option', terms: '0.5 EUR a call' });
    expect(pricer?.costOf(undefined)).toBe(0.5);
  });

  it.each([
    ['a model', LISTED],
    ['a model nobody lists', UNLISTED],
    ['a fabric at Promptha', PROMPTHA],
    ['a model in a file', LLAMA],
  ])('else that of the fabric file, for %s', async (_what, definition) => {
    const pricer = await pricerOf({ ...definition, price: IN_FILE }, undefined, now);

    expect(pricer).toMatchObject({
      unit: 'credits',
      source: 'fabric-file',
      terms: '1 credits a thousand tokens',
    });
    expect(pricer?.costOf(USAGE)).toBeCloseTo(1.1, 12);
  });

  it('else that of the list', async () => {
    const pricer = await pricerOf(LISTED, undefined, now);

    expect(pricer).toMatchObject({
      unit: 'USD',
      source: 'list',
      terms: '0.4 USD in, 1.6 out, 0.1 cached a million tokens (the list price of gpt-4.1-mini at openai)',
    });
    expect(pricer?.costOf(USAGE)).toBeCloseTo(0.00056, 12);
    expect(pricer?.costOf(undefined)).toBeUndefined();
  });

  it('a guess at an address of one own', async () => {
    const pricer = await pricerOf(OWN_ADDRESS, undefined, now);

    expect(pricer).toMatchObject({
      source: 'guess',
      terms:
        '0.4 USD in, 1.6 out, 0.1 cached a million tokens (a guess: the list price of gpt-4.1-mini at openai; http://127.0.0.1:8000/v1 may take another: --price)',
    });
    expect(isKnownBeforehand(pricer)).toBe(true);
    expect(pricer?.costOf(USAGE)).toBeCloseTo(0.00056, 12);
  });

  it('said to vary where it does', async () => {
    const pricer = await pricerOf(
      modelAt('https://api.anthropic.com/v1', 'claude-sonnet-4-5'),
      undefined,
      now,
    );

    expect(pricer?.terms).toBe(
      '3 USD in, 15 out, 0.3 cached, 3.75 written to the cache a million tokens (the list price of claude-sonnet-4-5 at anthropic; it varies with the length of prompts or the time)',
    );
  });

  it.each([
    ['an on-device fabric', undefined],
    ['a model in a file', LLAMA],
  ])('nothing for %s', async (_what, definition) => {
    const pricer = await pricerOf(definition, undefined, now);

    expect(pricer).toMatchObject({ unit: 'USD', source: 'on-device' });
    expect(pricer?.costOf(undefined)).toBe(0);
  });

  it('unknown for a fabric at Promptha', async () => {
    expect(await pricerOf(PROMPTHA, undefined, now)).toBeUndefined();
  });

  it('left to the answers of a model nobody lists, with what to state instead', async () => {
    const pricer = await pricerOf(UNLISTED, undefined, now);

    expect(pricer).toMatchObject({
      source: 'answers',
      terms: expect.stringMatching(/^unknown: no list price for our-alias; .*price: \{input: …, output: …/),
    });
    expect(isKnownBeforehand(pricer)).toBe(false);
    expect(pricer?.costOf(USAGE)).toBeUndefined();
    expect(pricer?.costOf({ ...USAGE, chargedByGateway: 0.5 })).toBe(0.5);
  });
});
