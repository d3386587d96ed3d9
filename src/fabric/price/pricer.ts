import type { FabricDefinition } from '../definition.js';
import type { TokenUsage } from '../fabric.js';
import { type ListPrice, listPriceOf } from './list-price.js';
import { costAt, describePrice, type Price } from './price.js';

/** Says what calls cost. */
export interface Pricer {
  /** `credits`, or a currency's three letters (ISO 4217). */
  readonly unit: string;
  /** Where the price comes from; `on-device`: nobody is paid. */
  readonly source: 'option' | 'fabric-file' | 'list' | 'on-device';
  /** The price, for people, in one line. */
  readonly terms: string;
  /**
   * What one call cost, in `unit`; undefined where that hangs on tokens, and the service did not say how many it
   * took. Cheap enough to be asked once a call.
   */
  costOf(usage: TokenUsage | undefined): number | undefined;
}

/**
 * What the calls of a fabric cost: by `override` (`--price`), by the fabric file's `price`, by the list of what
 * services publish, in this order. Undefined where none of them knows. `definition` is undefined for the on-device
 * fabrics (`local:sentiment`), which cost 0, as does a model in a file. `wallNow` is the time, in ms since 1970: some
 * prices hang on it. The list is loaded only when it is asked, and nothing is fetched.
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
      const listed = await listPriceOf(definition, wallNow);
      return listed && pricerOfList(listed);
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
  return { unit: price.unit, source, terms: describePrice(price), costOf: (usage) => costAt(price, usage) };
}

function pricerOfList(listed: ListPrice): Pricer {
  const { price, service, model, varies } = listed;
  const more = varies ? '; it varies with the length of prompts or the time' : '';
  return {
    unit: price.unit,
    source: 'list',
    terms: `${describePrice(price)} (the list price of ${model} at ${service}${more})`,
    costOf: (usage) => listed.costOf(usage),
  };
}
