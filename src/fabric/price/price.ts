import type { TokenUsage } from '../fabric.js';

/** A price of calls, as plain JSON. */
export interface Price {
  /** `credits`, or a currency's three letters (ISO 4217). */
  readonly unit: string;
  readonly tokens?: TokenPrice;
  /** Price of each call, whatever its tokens. */
  readonly call?: number;
}

/** Price of 1,000,000 tokens. */
export interface TokenPrice {
  /** Of prompts. */
  readonly input: number;
  /** Of answers. */
  readonly output: number;
  /** Of prompts, those that the service had in its cache; as much as the others where it is not said. */
  readonly cached?: number;
  /** Of prompts, those that the service wrote to its cache; as much as the others where it is not said. */
  readonly written?: number;
  /** Of those, the ones that it keeps for an hour; derived from `written` where it is not said. */
  readonly writtenForHour?: number;
}

/** Anthropic, the only one that offers an hour, charges 1.25 times the input price for minutes and 2 times for it. */
const HOUR_TO_MINUTES = 2 / 1.25;

/**
 * The cost of a call; undefined where it depends on tokens, and the service did not report them.
 *
 * @example
 * costAt(price, { input: 1_000, output: 200 });
 */
export function costAt({ tokens, call = 0 }: Price, usage: TokenUsage | undefined): number | undefined {
  if (tokens === undefined) return call;
  if (usage === undefined) return undefined;
  const { input, output, cached = 0, written = 0, writtenForHour = 0 } = usage;
  const inCache = Math.min(cached, input);
  const toCache = Math.min(written, input - inCache);
  const forHour = Math.min(writtenForHour, toCache);
  const { written: writePrice = tokens.input } = tokens;
  const hourPrice =
    tokens.writtenForHour ?? (tokens.written === undefined ? tokens.input : tokens.written * HOUR_TO_MINUTES);
  const perMillion =
    (input - inCache - toCache) * tokens.input +
    inCache * (tokens.cached ?? tokens.input) +
    (toCache - forHour) * writePrice +
    forHour * hourPrice +
    output * tokens.output;
  return call + perMillion / 1_000_000;
}

/**
 * A share of a price, as a batch API charges it.
 *
 * @example
 * shareOfPrice({ unit: 'USD', tokens: { input: 3, output: 15 } }, 0.5); // 1.5 in, 7.5 out
 */
export function shareOfPrice({ unit, tokens, call }: Price, share: number): Price {
  // 0.1 × 0.8 is 0.08000000000000002 otherwise.
  const part = (amount: number) => Number((amount * share).toPrecision(12));
  const parts = (amounts: Partial<TokenPrice>) =>
    Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, part(amount)]));
  return {
    unit,
    ...(tokens && { tokens: { ...tokens, ...parts(tokens) } }),
    ...(call !== undefined && { call: part(call) }),
  };
}

/** A price in words: `3 USD in, 15 out, 0.3 cached a million tokens`. */
export function describePrice({ unit, tokens, call }: Price): string {
  const parts: string[] = [];
  if (tokens !== undefined) parts.push(describeTokens(tokens, unit));
  if (call !== undefined) parts.push(`${call} ${unit} a call`);
  return parts.join(', and ');
}

function describeTokens({ input, output, cached, written }: TokenPrice, unit: string): string {
  // Credits are for prompts and answers alike, and are stated by the thousand.
  if (unit === 'credits' && input === output) return `${input / 1_000} ${unit} a thousand tokens`;
  const ofCached = cached === undefined ? '' : `, ${cached} cached`;
  const ofWritten = written === undefined ? '' : `, ${written} written to the cache`;
  return `${input} ${unit} in, ${output} out${ofCached}${ofWritten} a million tokens`;
}
