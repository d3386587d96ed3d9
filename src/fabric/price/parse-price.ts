import { nearestName } from '../prompt/nearest-name.js';
import type { Price } from './price.js';
import {
  CURRENCY,
  PRICE_FIELD_NAMES,
  PRICE_FIELDS,
  type PriceFieldName,
  type PriceFields,
  priceOf,
  priceProblem,
} from './price-fields.js';

export type ParsedPrice = { readonly price: Price } | { readonly problem: string };

/**
 * `input=3,output=15,cached=0.3` (a million tokens), `call=0.002`, `credits=1` (a thousand tokens), in USD or with
 * `currency=EUR`; or what is wrong with it, in words that do not repeat the whole.
 */
export function parsePrice(text: string): ParsedPrice {
  const fields: { -readonly [name in keyof PriceFields]: PriceFields[name] } = {};
  const names = new Set<string>();
  for (const part of text.split(',')) {
    const [, name = '', value = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (name === '')
      return { problem: 'wanted a price such as input=3,output=15 or call=0.002 or credits=1' };
    if (!isFieldName(name)) return { problem: unknownField(name) };
    if (names.has(name)) return { problem: `${name} is there twice` };
    names.add(name);
    const amount = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    const isTaken = name === 'currency' ? CURRENCY.test(value) : Number.isFinite(amount);
    if (!isTaken) return { problem: `${name}: ${PRICE_FIELDS[name]}, not "${value}"` };
    if (name === 'currency') fields.currency = value;
    else fields[name] = amount;
  }
  const problem = priceProblem(names);
  if (problem === undefined) return { price: priceOf(fields) };
  return { problem: problem.field === undefined ? problem.text : `${problem.field}: ${problem.text}` };
}

function isFieldName(name: string): name is PriceFieldName {
  return Object.hasOwn(PRICE_FIELDS, name);
}

function unknownField(name: string): string {
  const nearest = nearestName(name, PRICE_FIELD_NAMES);
  const hint = nearest === undefined ? `there are ${PRICE_FIELD_NAMES.join(', ')}` : `perhaps "${nearest}"`;
  return `there is no "${name}", ${hint}`;
}
