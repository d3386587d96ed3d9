import type {
  calcPrice as CalcPriceFunction,
  ModelPrice,
  PriceCalculation,
  Provider,
} from '@pydantic/genai-prices';
import type { ModelDefinition } from '../definition.js';
import type { TokenUsage } from '../fabric.js';
import { costAt, type Price } from './price.js';

/** The published price of a model at a service. */
export interface KnownPrice {
  /** As the list calls the service: `openai`, `groq`. */
  readonly service: string;
  /** As the list calls the model: `gpt-6-luna`. */
  readonly model: string;
  /** Of short prompts, at the moment. */
  readonly price: Price;
  /** Long prompts cost more, or the price hangs on the date or the time of day. */
  readonly varies: boolean;
  /** The address is none of the service's: a model of that name may cost something else there. */
  readonly isGuess: boolean;
}

type CalcPrice = typeof CalcPriceFunction;

export interface ListPrice {
  /** Undefined where the list has no price for the model; answers may still state their cost, or their model. */
  readonly known: KnownPrice | undefined;
  /** What one call cost, in USD. */
  costOf(usage: TokenUsage | undefined): number | undefined;
}

/**
 * The price of a definition's model at the service that its base URL belongs to, from the list of
 * `@pydantic/genai-prices`. A call costs what the gateway or the service says that it cost, and otherwise the price of
 * the model that answered, if it was served in the usual way. Nothing is fetched: the list is the one of the installed
 * version.
 *
 * At an address that the list does not know, a model of a name that it knows has that model's price as a guess: a proxy of
 * one's own in front of the service takes as much, and any other server may use the name.
 */
export async function listPriceOf(definition: ModelDefinition, wallNow: () => number): Promise<ListPrice> {
  const { baseUrl, model } = definition;
  const { calcPrice, findProvider } = await loadPrices();
  const atAddress: Provider | undefined = findProvider({ providerApiUrl: baseUrl });
  const guessed = atAddress === undefined ? serviceByName(model, calcPrice, wallNow) : undefined;
  const serviceId = atAddress?.id ?? guessed?.service;
  const listed = new Map<string, ListedModel | undefined>();
  const listedModel = (name: string): ListedModel | undefined => {
    if (serviceId === undefined) return undefined;
    if (!listed.has(name) && listed.size < MOST_MODELS) {
      const find = (time: number) =>
        calcPrice({}, name, { providerId: serviceId, timestamp: new Date(time) }) ?? undefined;
      listed.set(name, listedOf(name, find, wallNow));
    }
    return listed.get(name);
  };
  const asked = listedModel(guessed?.name ?? nameOf(model));
  return {
    known:
      serviceId === undefined || asked === undefined || hasOwnRate(definition, undefined)
        ? undefined
        : {
            ...{ service: serviceId, model: asked.id, price: asked.ratesNow().price, varies: asked.varies },
            isGuess: guessed !== undefined,
          },
    costOf: (usage) => {
      const charged = usage?.chargedByGateway ?? (isBelieved(atAddress) ? usage?.charged : undefined);
      if (charged !== undefined) return charged;
      if (hasOwnRate(definition, usage?.tier)) return undefined;
      const named = usage?.model === undefined ? asked : listedModel(nameOf(usage.model));
      // A server of one's own may answer with a name of its own.
      const answering = named ?? (guessed === undefined ? undefined : asked);
      return answering && costAt(priceFor(answering.ratesNow(), usage), usage);
    },
  };
}

/** The service whose list has a model of that name, with the name that it has there. */
function serviceByName(
  model: string,
  calcPrice: CalcPrice,
  wallNow: () => number,
): { readonly service: string; readonly name: string } | undefined {
  // Proxies put a service before the name: `azure/gpt-4o`.
  for (const name of new Set([nameOf(model), model.slice(model.lastIndexOf('/') + 1)])) {
    const found = calcPrice({}, name, { timestamp: new Date(wallNow()) });
    if (found) return { service: found.provider.id, name };
  }
  return undefined;
}

/** A service that names another model with every answer must not fill the memory. */
const MOST_MODELS = 100;

/** Services that state the cost with each answer. Elsewhere, a figure of that name could mean anything. */
const SAY_WHAT_THEY_CHARGE: ReadonlySet<string> = new Set(['openrouter', 'perplexity']);

function isBelieved(service: Provider | undefined): boolean {
  return service !== undefined && SAY_WHAT_THEY_CHARGE.has(service.id);
}

/** Gemini's models are called `models/…` too. */
function nameOf(model: string): string {
  return model.replace(/^models\//, '');
}

/** The list has 0.8 MB and takes a while to load. */
function loadPrices() {
  return import('@pydantic/genai-prices');
}

/** Service tiers with their own prices, which the list does not have. */
const OWN_RATE: ReadonlySet<string> = new Set(['flex', 'priority', 'fast', 'performance', 'batch']);

/** @param answered how the service says that it served the call; it may be another way than the one asked for */
function hasOwnRate(
  { provider, parameters: { service_tier: tier, speed, inference_geo: geo } }: ModelDefinition,
  answered: string | undefined,
): boolean {
  if (provider === 'anthropic' && geo === 'us') return true;
  const served = answered ?? (provider === 'anthropic' ? speed : tier);
  return typeof served === 'string' && OWN_RATE.has(served);
}

interface ListedModel {
  readonly id: string;
  readonly ratesNow: () => Rates;
  readonly varies: boolean;
}

function listedOf(
  name: string,
  find: (time: number) => Pick<PriceCalculation, 'model' | 'model_price'> | undefined,
  wallNow: () => number,
): ListedModel | undefined {
  const found = find(wallNow());
  const rates = found && ratesOf(found.model_price, name);
  if (found === undefined || rates === undefined) return undefined;
  const dependsOnTime = Array.isArray(found.model.prices);
  const ratesNow = dependsOnTime
    ? keptForAMinute((time) => ratesOf(find(time)?.model_price ?? {}, name) ?? rates, wallNow)
    : () => rates;
  return { id: found.model.id, ratesNow, varies: dependsOnTime || rates.longer.length > 0 };
}

interface Rates {
  readonly price: Price;
  /** What calls cost whose prompts have more than so many tokens, the shortest first. */
  readonly longer: readonly { readonly above: number; readonly price: Price }[];
}

/** The list's rates of a model; undefined where it has no price for text in and text out. */
function ratesOf(listed: ModelPrice, model: string): Rates | undefined {
  const { input_mtok: input, output_mtok: output, cache_read_mtok: cached, requests_kcount: calls } = listed;
  const { cache_write_mtok: written, cache_write_1h_mtok: writtenForHour } = listed;
  if (input === undefined || output === undefined) {
    // The list leaves out what is free, and what is paid by the month.
    return model.endsWith(':free') ? { price: { unit: 'USD', call: 0 }, longer: [] } : undefined;
  }
  const priceAbove = (above: number): Price => ({
    unit: 'USD',
    tokens: {
      input: rateAbove(input, above),
      output: rateAbove(output, above),
      ...(cached === undefined ? {} : { cached: rateAbove(cached, above) }),
      ...(written === undefined ? {} : { written: rateAbove(written, above) }),
      ...(writtenForHour === undefined ? {} : { writtenForHour: rateAbove(writtenForHour, above) }),
    },
    ...(calls === undefined ? {} : { call: rateAbove(calls, above) / 1_000 }),
  });
  const starts = [input, output, cached, written, writtenForHour, calls].flatMap((rate) =>
    typeof rate === 'object' ? rate.tiers : [],
  );
  const lengths = [...new Set(starts.map(({ start }) => start))].sort((a, b) => a - b);
  return {
    price: priceAbove(0),
    longer: lengths.map((above) => ({ above, price: priceAbove(above) })),
  };
}

type Rate = NonNullable<ModelPrice[string]>;

function rateAbove(rate: Rate, tokens: number): number {
  if (typeof rate === 'number') return rate;
  const reached = rate.tiers.filter(({ start }) => start <= tokens).sort((a, b) => b.start - a.start);
  return reached[0]?.price ?? rate.base;
}

/** The length of the prompt decides, and all tokens cost that, the answer's too. */
function priceFor({ price, longer }: Rates, usage: TokenUsage | undefined): Price {
  let current = price;
  if (usage !== undefined) for (const step of longer) if (usage.input > step.above) current = step.price;
  return current;
}

const MINUTE = 60_000;

/** Prices change on the minute; to look them up for each of 30,000 calls a second would take half a core. */
function keptForAMinute(ratesAt: (time: number) => Rates, wallNow: () => number): () => Rates {
  let minute = Math.floor(wallNow() / MINUTE);
  let rates = ratesAt(minute * MINUTE);
  return () => {
    const current = Math.floor(wallNow() / MINUTE);
    if (current !== minute) {
      minute = current;
      rates = ratesAt(minute * MINUTE);
    }
    return rates;
  };
}
