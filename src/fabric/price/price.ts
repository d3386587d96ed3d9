import type { TokenUsage } from '../fabric.js';

/** What calls cost. Plain JSON. */
export interface Price {
  /** `credits`, or a currency's three letters (ISO 4217). */
  readonly unit: string;
  readonly tokens?: TokenPrice;
  /** Of each call, whatever it takes. */
  readonly call?: number;
}

/** What 1,000,000 tokens cost. */
export interface TokenPrice {
  /** Of prompts. */
  readonly input: number;
  /** Of answers. */
  readonly output: number;
  /** Of prompts, those that the service had in its cache; as much as the others where it is not said. */
  readonly cached?: number;
}

/** What a call costs; undefined where that hangs on tokens, and the service did not say how many it took. */
export function costAt({ tokens, call = 0 }: Price, usage: TokenUsage | undefined): number | undefined {
  if (tokens === undefined) return call;
  if (usage === undefined) return undefined;
  const { input, output, cached = 0 } = usage;
  const inCache = Math.min(cached, input);
  const perMillion =
    (input - inCache) * tokens.input + inCache * (tokens.cached ?? tokens.input) + output * tokens.output;
  return call + perMillion / 1_000_000;
}

/** A price in words: `3 USD in, 15 out, 0.3 cached a million tokens`. */
export function describePrice({ unit, tokens, call }: Price): string {
  const parts: string[] = [];
  if (tokens !== undefined) parts.push(describeTokens(tokens, unit));
  if (call !== undefined) parts.push(`${call} ${unit} a call`);
  return parts.join(', and ');
}

function describeTokens({ input, output, cached }: TokenPrice, unit: string): string {
  // Credits are for prompts and answers alike, and are stated by the thousand.
  if (unit === 'credits' && input === output) return `${input / 1_000} ${unit} a thousand tokens`;
  const ofCached = cached === undefined ? '' : `, ${cached} cached`;
  return `${input} ${unit} in, ${output} out${ofCached} a million tokens`;
}
