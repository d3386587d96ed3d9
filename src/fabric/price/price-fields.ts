import type { Price } from './price.js';

/** A price as people write it: in a fabric file, or after `--price`. */
export interface PriceFields {
  /** Of 1,000,000 tokens. */
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly cached?: number | undefined;
  readonly written?: number | undefined;
  /** Of a call. */
  readonly call?: number | undefined;
  /** Of 1,000 tokens, prompts and answers together. */
  readonly credits?: number | undefined;
  readonly currency?: string | undefined;
}

export type PriceFieldName = keyof PriceFields;

/** The fields of a price, each with what is wanted of it. */
export const PRICE_FIELDS: Readonly<Record<PriceFieldName, string>> = {
  input: 'wanted what a million tokens of prompts cost, such as 0.25',
  output: 'wanted what a million tokens of answers cost, such as 2',
  cached: 'wanted what a million tokens of prompts cost that were cached, such as 0.025',
  written: 'wanted what a million tokens of prompts cost that are written to the cache, such as 0.3125',
  call: 'wanted what a call costs, such as 0.002',
  credits: 'wanted the credits that a thousand tokens cost, such as 1',
  currency: 'wanted the three letters of a currency, such as EUR',
};

export const PRICE_FIELD_NAMES: readonly PriceFieldName[] = [
  'input',
  'output',
  'cached',
  'written',
  'call',
  'credits',
  'currency',
];

/** A currency as ISO 4217 has it. */
export const CURRENCY = /^[A-Z]{3}$/;

export interface PriceProblem {
  /** Undefined where it is the price as a whole. */
  readonly field?: PriceFieldName;
  readonly text: string;
}

/** What is wrong with fields because of other fields, by the names of those that are there. */
export function priceProblem(names: ReadonlySet<string>): PriceProblem | undefined {
  const has = (name: PriceFieldName) => names.has(name);
  if (has('credits')) {
    const field = (['input', 'output', 'cached', 'written', 'currency'] as const).find(has);
    return field && { field, text: 'it has no place beside credits, which are for all tokens alike' };
  }
  if (has('input') !== has('output')) {
    const missing = has('input') ? 'output' : 'input';
    return { text: `wanted ${missing} too, 0 where it costs nothing` };
  }
  const ofCache = (['cached', 'written'] as const).find(has);
  if (ofCache !== undefined && !has('input')) {
    return { field: ofCache, text: 'it has no place here without input and output' };
  }
  return has('input') || has('call') ? undefined : { text: 'wanted input and output, call, or credits' };
}

/** The price that fields with no problem state. */
export function priceOf(fields: PriceFields): Price {
  const { input, output, cached, written, call, credits, currency = 'USD' } = fields;
  const perCall = call === undefined ? {} : { call };
  if (credits !== undefined) {
    const ofTokens = credits * 1_000;
    return { unit: 'credits', tokens: { input: ofTokens, output: ofTokens }, ...perCall };
  }
  if (input === undefined || output === undefined) return { unit: currency, ...perCall };
  return {
    unit: currency,
    tokens: {
      input,
      output,
      ...(cached === undefined ? {} : { cached }),
      ...(written === undefined ? {} : { written }),
    },
    ...perCall,
  };
}
