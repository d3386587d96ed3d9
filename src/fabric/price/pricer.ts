import type { FabricDefinition, ModelDefinition } from '../definition.js';
import type { TokenUsage } from '../fabric.js';
import { costAt, describePrice, type Price } from './price.js';
import { type ListPrice, listPriceOf } from './price-list.js';

/** Gives the cost of calls. */
export interface Pricer {
  /** `credits`, or a currency's three letters (ISO 4217). */
  readonly unit: string;
  /**
   * Where the price comes from; `guess`: it is the list's for a model of that name, at an address that is none of its
   * service's; `on-device`: calls are free; `answers`: it is unknown beforehand, and answers may
   * state it (the cost that a gateway names, or a model that the list knows).
   */
  readonly source: 'option' | 'fabric-file' | 'list' | 'guess' | 'answers' | 'on-device';
  /** The price, for people, in one line. */
  readonly terms: string;
  /** Of short prompts, at the moment; undefined where it is unknown beforehand, or where calls are free. */
  readonly price?: Price;
  /**
   * The cost of one call, in `unit`; undefined where it depends on tokens, and the service did not report them. Cheap
   * enough for every call.
   */
  costOf(usage: TokenUsage | undefined): number | undefined;
}

/** True if the price is known before the first answer, or guessed. */
export function isKnownBeforehand(pricer: Pricer | undefined): pricer is Pricer {
  return pricer !== undefined && pricer.source !== 'answers';
}

/**
 * What the calls of a fabric cost: by `override` (`--price`), by the fabric file's `price`, by the list of what
 * services publish, in this order. Undefined where none of them knows. `definition` is undefined for the on-device
 * fabrics (`local:sentiment`), which cost 0, as does a model in a file. `wallNow` is the time, in ms since 1970: some
 * prices hang on it. The list is loaded only when it is asked, and nothing is fetched. A model that the list does not know
 * is priced by what its answers say.
 */
export async function pricerOf(
  definition: FabricDefinition | undefined,
  override: Price | undefined,
  wallNow: () => number,
): Promise<Pricer | undefined> {
  if (override !== undefined) return pricerAt(override, 'option');
  if (definition === undefined) return ON_DEVICE;
  if (definition.price !== undefined) return pricerAt(definition.price, 'fabric-file');
  switch (definition.provider) {
    case 'promptha':
      // What a fabric there costs depends on the model that it has there.
      return undefined;
    case 'llama':
      return ON_DEVICE;
    default: {
      return pricerOfList(definition, await listPriceOf(definition, wallNow));
    }
  }
}

const ON_DEVICE: Pricer = {
  unit: 'USD',
  source: 'on-device',
  terms: 'nothing: it runs on this machine',
  costOf: () => 0,
};

function pricerAt(price: Price, source: Pricer['source']): Pricer {
  return {
    unit: price.unit,
    source,
    terms: describePrice(price),
    price,
    costOf: (usage) => costAt(price, usage),
  };
}

function pricerOfList({ model: asked, baseUrl }: ModelDefinition, { known, costOf }: ListPrice): Pricer {
  if (known === undefined) {
    return {
      unit: 'USD',
      source: 'answers',
      terms: `unknown: no list price for ${asked}; ${STATE_IT}`,
      costOf,
    };
  }
  const { price, service, model, varies, isGuess } = known;
  const more = varies ? '; it varies with the length of prompts or the time' : '';
  const listed = `the list price of ${model} at ${service}${more}`;
  const terms = isGuess
    ? `${describePrice(price)} (a guess: ${listed}; ${baseUrl} may take another: --price)`
    : `${describePrice(price)} (${listed})`;
  return { unit: price.unit, source: isGuess ? 'guess' : 'list', terms, price, costOf };
}

const STATE_IT =
  'state it in the fabric file, in USD a million tokens, as price: {input: …, output: …, cached: …, written: …}';
