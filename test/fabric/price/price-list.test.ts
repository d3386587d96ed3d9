import { calcPrice, findProvider } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../../src/fabric/definition.js';
import { listPriceOf } from '../../../src/fabric/price/price-list.js';
import { runs } from '../../support/runs.js';
import { modelAt, OPENAI } from './priced-model.js';

const ANTHROPIC = 'https://api.anthropic.com/v1';
const GEMINI = 'https://generativelanguage.googleapis.com/v1beta/openai';
const OPENROUTER = 'https://openrouter.ai/api/v1';
const DEEPSEEK = 'https://api.deepseek.com/v1';
const NOON = Date.UTC(2026, 10, 25, 12);

const noon = () => NOON;

/** What a million tokens of prompts, of answers, and of cached prompts cost; prompts are of 1,000 tokens each. */
async function perMillion(definition: ModelDefinition): Promise<(number | undefined)[] | undefined> {
  const listed = await listPriceOf(definition, noon);
  return (
    listed.known &&
    [
      { input: 1_000, output: 0 },
      { input: 0, output: 1_000 },
      { input: 1_000, output: 0, cached: 1_000 },
    ].map((usage) => {
      const cost = listed.costOf(usage);
      return cost === undefined ? undefined : Number((cost * 1_000).toPrecision(12));
    })
  );
}

describe('the list price of', () => {
  it.each([
    ['OpenAI', OPENAI, 'gpt-4.1-mini', [0.4, 1.6, 0.1]],
    ['OpenAI, a version of a model', OPENAI, 'gpt-4o-mini-2024-07-18', [0.15, 0.6, 0.075]],
    ['Anthropic', ANTHROPIC, 'claude-haiku-4-5', [1, 5, 0.1]],
    [
      'Groq, where cached prompts cost the same',
      'https://api.groq.com/openai/v1',
      'llama-3.3-70b-versatile',
      [0.59, 0.79, 0.59],
    ],
    ['OpenRouter', OPENROUTER, 'openai/gpt-4o-mini', [0.15, 0.6, 0.075]],
    [
      'Together',
      'https://api.together.xyz/v1',
      'meta-llama/Llama-3.3-70B-Instruct-Turbo',
      [0.88, 0.88, 0.88],
    ],
    ['Mistral', 'https://api.mistral.ai/v1', 'mistral-small-latest', [0.1, 0.3, 0.1]],
    [
      'Azure, by the model and not by the deployment',
      'https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21',
      'gpt-4o-mini',
      [0.15, 0.6, 0.075],
    ],
    ['Google', GEMINI, 'gemini-2.5-flash', [0.3, 2.5, 0.03]],
    ['Google, with the whole name of the model', GEMINI, 'models/gemini-2.5-flash', [0.3, 2.5, 0.03]],
    ['a free model', OPENROUTER, 'meta-llama/llama-3.3-70b-instruct:free', [0, 0, 0]],
  ])('%s', async (_service, baseUrl, model, prices) => {
    expect(await perMillion(modelAt(baseUrl, model))).toEqual(prices);
  });

  it('a service that takes money for the call too', async () => {
    const listed = await listPriceOf(modelAt('https://api.perplexity.ai', 'sonar'), noon);

    expect(listed.costOf({ input: 0, output: 0 })).toBeCloseTo(0.012, 12);
    expect(listed.costOf({ input: 1_000, output: 1_000 })).toBeCloseTo(0.014, 12);
  });
});

describe('there is no list price of', () => {
  it.each([
    ['an unknown model', modelAt(OPENAI, 'gpt-9')],
    ['a model of an unknown service that nobody lists', modelAt('https://llm.example.org/v1', 'our-alias')],
    ['an open model on this machine', modelAt('http://127.0.0.1:11434/v1', 'llama3.2')],
    ['a model that is not paid by tokens', modelAt(OPENAI, 'whisper-1')],
    ['a model that gives no text', modelAt(OPENAI, 'text-embedding-3-small')],
    ['a model that is listed without a price', modelAt('https://api.githubcopilot.com', 'gpt-4o')],
    ['a cheaper, slower service', modelAt(OPENAI, 'gpt-4.1-mini', { parameters: { service_tier: 'flex' } })],
    ['a dearer, faster one', modelAt(OPENAI, 'gpt-4.1-mini', { parameters: { service_tier: 'priority' } })],
    [
      'a fast answer of Anthropic',
      modelAt(ANTHROPIC, 'claude-opus-4-6', { provider: 'anthropic', parameters: { speed: 'fast' } }),
    ],
    [
      'an answer that Anthropic gives in one country',
      modelAt(ANTHROPIC, 'claude-opus-4-6', { provider: 'anthropic', parameters: { inference_geo: 'us' } }),
    ],
  ])('%s', async (_what, definition) => {
    const listed = await listPriceOf(definition, noon);

    expect(listed.known).toBeUndefined();
    expect(listed.costOf({ input: 1_000, output: 1_000 })).toBeUndefined();
  });
});

describe('at an address that no service has, the list price is a guess', () => {
  it.each([
    ['gpt-4.1-mini', 'openai'],
    ['openai/gpt-4.1-mini', 'openai'],
    ['azure/gpt-4.1-mini', 'openai'],
    ['claude-sonnet-4-5', 'anthropic'],
  ])('of %s', async (model, service) => {
    const { known } = await listPriceOf(modelAt('http://127.0.0.1:4000/v1', model), noon);
    const listed = await listPriceOf(modelAt(OPENAI, 'gpt-4.1-mini'), noon);

    expect(known).toMatchObject({ service, isGuess: true });
    expect(listed.known?.isGuess).toBe(false);
  });

  it('also of answers under a name that nobody lists; what a gateway says counts more', async () => {
    const listed = await listPriceOf(modelAt('http://127.0.0.1:4000/v1', 'gpt-4.1-mini'), noon);
    const usage = { input: 1_000_000, output: 0, model: 'our-deployment' };

    expect(listed.costOf(usage)).toBe(0.4);
    expect(listed.costOf({ ...usage, chargedByGateway: 0.25 })).toBe(0.25);
  });
});

it('the default tier has the list price', async () => {
  const definition = modelAt(OPENAI, 'gpt-4.1-mini', { parameters: { service_tier: 'default' } });

  expect(await perMillion(definition)).toEqual([0.4, 1.6, 0.1]);
});

it('tokens that nobody counted have no cost', async () => {
  const listed = await listPriceOf(modelAt(OPENAI, 'gpt-4.1-mini'), noon);

  expect(listed.costOf(undefined)).toBeUndefined();
});

it('what OpenRouter says that a call cost counts more than the list; others are not asked', async () => {
  const usage = { input: 1_000, output: 1_000, charged: 0.5 };

  const costs = [
    await listPriceOf(modelAt(OPENROUTER, 'openai/gpt-4o-mini'), noon),
    await listPriceOf(modelAt(OPENAI, 'gpt-4o-mini'), noon),
  ].map((listed) => listed.costOf(usage));

  expect(costs).toEqual([0.5, expect.closeTo(0.00075, 12)]);
});

describe('a call costs', () => {
  const usage = { input: 1_000, output: 1_000 };

  it('what the gateway before the service says, more than any list', async () => {
    const listed = await listPriceOf(modelAt(OPENAI, 'gpt-4o-mini'), noon);

    expect(listed.costOf({ ...usage, chargedByGateway: 0.25 })).toBe(0.25);
  });

  it('what a gateway says where nobody lists its models', async () => {
    const listed = await listPriceOf(modelAt('http://127.0.0.1:4000/v1', 'our-alias'), noon);

    expect(listed.costOf({ ...usage, chargedByGateway: 0.25 })).toBe(0.25);
    expect(listed.costOf(usage)).toBeUndefined();
  });

  it('what the model costs that answered', async () => {
    const listed = await listPriceOf(modelAt(GEMINI, 'gemini-2.5-pro'), noon);

    expect(listed.costOf(usage)).toBeCloseTo(0.01125, 12);
    expect(listed.costOf({ ...usage, model: 'gemini-3.8-flash' })).toBeCloseTo(0.0045, 12);
    expect(listed.costOf({ ...usage, model: 'gemini-9-ultra' })).toBeUndefined();
  });

  it('what the model behind a deployment costs', async () => {
    const listed = await listPriceOf(modelAt('https://x.openai.azure.com/openai/v1', 'our-deployment'), noon);

    expect(listed.known).toBeUndefined();
    expect(listed.costOf({ ...usage, model: 'gpt-4o-mini-2024-07-18' })).toBeCloseTo(0.00075, 12);
  });

  it('the list price where a service says that it was served in the usual way, and no other', async () => {
    const dear = await listPriceOf(
      modelAt(OPENAI, 'gpt-4o-mini', { parameters: { service_tier: 'priority' } }),
      noon,
    );
    const auto = await listPriceOf(
      modelAt(OPENAI, 'gpt-4o-mini', { parameters: { service_tier: 'auto' } }),
      noon,
    );
    const fast = await listPriceOf(
      modelAt(OPENAI, 'gpt-4o-mini', { parameters: { service_tier: 'fast' } }),
      noon,
    );

    expect(dear.costOf({ ...usage, tier: 'default' })).toBeCloseTo(0.00075, 12);
    expect(auto.costOf({ ...usage, tier: 'priority' })).toBeUndefined();
    expect(fast.costOf(usage)).toBeUndefined();
  });

  it('more for tokens that are written to a cache, the most for those that are kept an hour', async () => {
    const luna = await listPriceOf(modelAt(OPENAI, 'gpt-6-luna'), noon);
    const sonnet = await listPriceOf(
      modelAt(ANTHROPIC, 'claude-sonnet-4-6', { provider: 'anthropic' }),
      noon,
    );

    expect(luna.costOf({ input: 100_000, output: 0, written: 100_000 })).toBeCloseTo(0.0125, 12);
    expect(
      sonnet.costOf({ input: 1_000_000, output: 0, written: 1_000_000, writtenForHour: 400_000 }),
    ).toBeCloseTo(0.6 * 3.75 + 0.4 * 6, 12);
  });
});

it('past the length that a service sets, all tokens cost more', async () => {
  const listed = await listPriceOf(modelAt(ANTHROPIC, 'claude-sonnet-4-5'), noon);

  expect(listed.known).toMatchObject({
    varies: true,
    price: { unit: 'USD', tokens: { input: 3, output: 15, cached: 0.3, written: 3.75, writtenForHour: 6 } },
  });
  expect(listed.costOf({ input: 200_000, output: 1_000 })).toBeCloseTo(0.6 + 0.015, 12);
  expect(listed.costOf({ input: 200_001, output: 1_000 })).toBeCloseTo(1.200006 + 0.0225, 12);
  expect(listed.costOf({ input: 300_000, output: 1_000, cached: 300_000 })).toBeCloseTo(0.18 + 0.0225, 12);
});

it('a price that hangs on the time of day is that of the call', async () => {
  let now = Date.UTC(2026, 10, 25, 0, 59, 59, 999);
  const listed = await listPriceOf(modelAt(DEEPSEEK, 'deepseek-v4-flash'), () => now);
  const cost = () => listed.costOf({ input: 1_000_000, output: 1_000_000 });

  const before = cost();
  now = Date.UTC(2026, 10, 25, 1);
  const within = cost();
  now = Date.UTC(2026, 10, 25, 4);
  const after = cost();

  expect(before).toBeCloseTo(0.22 + 0.66, 12);
  expect(within).toBeCloseTo(0.44 + 1.32, 12);
  expect(after).toBeCloseTo(0.22 + 0.66, 12);
});

it('a price that changes while a run goes on is the new one from then on', async () => {
  let now = Date.UTC(2026, 11, 31, 23, 59);
  const listed = await listPriceOf(modelAt(GEMINI, 'gemini-3.8-flash'), () => now);
  const cost = () => listed.costOf({ input: 1_000_000, output: 0 });

  const old = cost();
  now = Date.UTC(2027, 0, 1);

  expect(old).toBeCloseTo(0.75, 12);
  expect(cost()).toBeCloseTo(1.5, 12);
});

describe('what is worked out here is what the list itself works out', () => {
  const SERVICES = {
    openai: OPENAI,
    anthropic: ANTHROPIC,
    google: GEMINI,
    deepseek: DEEPSEEK,
    openrouter: OPENROUTER,
    mistral: 'https://api.mistral.ai/v1',
    perplexity: 'https://api.perplexity.ai',
    'x-ai': 'https://api.x.ai/v1',
    azure: 'https://x.openai.azure.com/openai/v1',
  };
  const usage = fc
    .record({
      input: fc.nat(1_500_000),
      output: fc.nat(200_000),
      cachedShare: fc.double({ min: 0, max: 1, noNaN: true }),
      writtenShare: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ input, output, cachedShare, writtenShare }) => {
      const cached = Math.floor(input * cachedShare);
      return { input, output, cached, written: Math.floor((input - cached) * writtenShare) };
    });
  const time = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-06-01'), noInvalidDate: true });

  it.each(Object.entries(SERVICES))('for each model of %s', async (providerId, baseUrl) => {
    let priced = 0;
    for (const { id } of findProvider({ providerId })?.models ?? []) {
      let now = NOON;
      const listed = await listPriceOf(modelAt(baseUrl, id), () => now);
      if (listed.known === undefined) continue;
      priced++;

      fc.assert(
        fc.property(usage, time, ({ input, output, cached, written }, timestamp) => {
          now = timestamp.getTime();
          const tokens = {
            input_tokens: input,
            output_tokens: output,
            cache_read_tokens: cached,
            cache_write_tokens: written,
          };
          const theirs = calcPrice(tokens, id, { providerId, timestamp })?.total_price ?? Number.NaN;

          expect(listed.costOf({ input, output, cached, written }), id).toBeCloseTo(theirs, 9);
        }),
        { numRuns: runs(4) },
      );
    }
    expect(priced).toBeGreaterThan(3);
  });
});
