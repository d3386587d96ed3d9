import type { ModelPrice, Provider } from '@pydantic/genai-prices';
import type { ModelDefinition } from '../definition.js';
import type { TokenUsage } from '../fabric.js';
import { costAt, type Price } from './price.js';

/** What a service publishes that it takes for a model. */
export interface ListPrice {
  /** As the list calls the service: `openai`, `groq`. */
  readonly service: string;
  /** As the list calls the model: `gpt-4.1-mini`. */
  readonly model: string;
  /** Of short prompts, at the moment. */
  readonly price: Price;
  /** Long prompts cost more, or the price hangs on the date or the time of day. */
  readonly varies: boolean;
  costOf(usage: TokenUsage | undefined): number | undefined;
}

/**
 * The price of a definition's model at the service that its base URL belongs to, from the list of
 * `@pydantic/genai-prices`; undefined where the list does not have it, or where the parameters ask for
 * something that has another price. Nothing is fetched: the list is the one of the installed version.
 *
 * An address that the list does not know could be anybody's: a model there has no price, whatever its name.
 */
export async function listPriceOf(
  { provider, baseUrl, model, parameters }: ModelDefinition,
  wallNow: () => number,
): Promise<ListPrice | undefined> {
  if (hasOwnRate(provider, parameters)) return undefined;
  const { calcPrice, findProvider } = await loadPrices();
  const service: Provider | undefined = findProvider({ providerApiUrl: baseUrl });
  if (service === undefined) return undefined;
  // Gemini's models are called so too.
  const name = model.replace(/^models\//, '');
  const find = (time: number) =>
    calcPrice({}, name, { providerId: service.id, timestamp: new Date(time) }) ?? undefined;

  const found = find(wallNow());
  const rates = found && ratesOf(found.model_price, name);
  if (found === undefined || rates === undefined) return undefined;
  const dependsOnTime = Array.isArray(found.model.prices);
  const ratesNow = dependsOnTime
    ? keptForAMinute((time) => ratesOf(find(time)?.model_price ?? {}, name) ?? rates, wallNow)
    : () => rates;
  return {
    service: service.id,
    model: found.model.id,
    price: rates.price,
    varies: dependsOnTime || rates.longer.length > 0,
    costOf: (usage) => {
      const charged = service.id === SAYS_WHAT_IT_CHARGES ? usage?.charged : undefined;
      return charged ?? costAt(priceFor(ratesNow(), usage), usage);
    },
  };
}

/** Elsewhere, nobody knows what a figure of that name would mean. */
const SAYS_WHAT_IT_CHARGES = 'openrouter';

/** The list has 0.8 MB and takes a while to load. */
function loadPrices() {
  return import('@pydantic/genai-prices');
}

/** Ways of being served that have a price of their own, which the list does not know. */
function hasOwnRate(
  provider: ModelDefinition['provider'],
  { service_tier: tier, speed, inference_geo: geo }: ModelDefinition['parameters'],
): boolean {
  if (provider === 'openai') return tier === 'flex' || tier === 'priority';
  return speed === 'fast' || geo === 'us';
}

interface Rates {
  readonly price: Price;
  /** What calls cost whose prompts have more than so many tokens, the shortest first. */
  readonly longer: readonly { readonly above: number; readonly price: Price }[];
}

/** What the list says of a model; undefined where that is no price of text in and text out. */
function ratesOf(listed: ModelPrice, model: string): Rates | undefined {
  const { input_mtok: input, output_mtok: output, cache_read_mtok: cached, requests_kcount: calls } = listed;
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
    },
    ...(calls === undefined ? {} : { call: rateAbove(calls, above) / 1_000 }),
  });
  const starts = [input, output, cached, calls].flatMap((rate) =>
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
