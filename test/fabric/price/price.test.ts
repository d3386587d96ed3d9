import { describe, expect, it } from 'vitest';
import type { TokenUsage } from '../../../src/fabric/fabric.js';
import { costAt, describePrice, type Price, shareOfPrice } from '../../../src/fabric/price/price.js';

const TOKENS: Price = { unit: 'USD', tokens: { input: 3, output: 15, cached: 0.3 } };
const CALL: Price = { unit: 'USD', call: 0.002 };
const CREDITS: Price = { unit: 'credits', tokens: { input: 1_000, output: 1_000 } };

const COSTS: readonly [
  what: string,
  price: Price,
  usage: TokenUsage | undefined,
  cost: number | undefined,
][] = [
  ['tokens in and out', TOKENS, { input: 1_000, output: 200 }, 0.006],
  ['tokens of which some were cached', TOKENS, { input: 1_000, output: 200, cached: 600 }, 0.00438],
  [
    'cached tokens without a price of their own',
    { unit: 'USD', tokens: { input: 3, output: 15 } },
    { input: 1_000, output: 0, cached: 600 },
    0.003,
  ],
  ['more cached tokens than there are tokens', TOKENS, { input: 1_000, output: 0, cached: 5_000 }, 0.0003],
  ['tokens that nobody counted', TOKENS, undefined, undefined],
  ['a call', CALL, { input: 1_000, output: 200 }, 0.002],
  ['a call whose tokens nobody counted', CALL, undefined, 0.002],
  ['a call and its tokens', { ...TOKENS, call: 1 }, { input: 1_000, output: 200 }, 1.006],
  ['credits, prompts and answers together', CREDITS, { input: 900, output: 600 }, 1.5],
];

it.each(COSTS)('the cost of %s', (_what, price, usage, cost) => {
  const actual = costAt(price, usage);

  if (cost === undefined) expect(actual).toBeUndefined();
  else expect(actual).toBeCloseTo(cost, 12);
});

describe('a price in words', () => {
  it.each<[Price, string]>([
    [TOKENS, '3 USD in, 15 out, 0.3 cached a million tokens'],
    [{ unit: 'EUR', tokens: { input: 3, output: 15 } }, '3 EUR in, 15 out a million tokens'],
    [CALL, '0.002 USD a call'],
    [CREDITS, '1 credits a thousand tokens'],
    [
      { unit: 'USD', tokens: { input: 1, output: 2 }, call: 0.012 },
      '1 USD in, 2 out a million tokens, and 0.012 USD a call',
    ],
  ])('%j', (price, words) => {
    expect(describePrice(price)).toBe(words);
  });
});

it.each<[Price, number, Price]>([
  [TOKENS, 0.5, { unit: 'USD', tokens: { input: 1.5, output: 7.5, cached: 0.15 } }],
  [
    { unit: 'EUR', tokens: { input: 0.1, output: 1 }, call: 0.1 },
    0.8,
    { unit: 'EUR', tokens: { input: 0.08, output: 0.8 }, call: 0.08 },
  ],
])('a share of %j', (price, share, expected) => {
  expect(shareOfPrice(price, share)).toEqual(expected);
});
