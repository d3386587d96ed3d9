import type { JsonObject, JsonValue } from '../../rows/row.js';
import type { TokenUsage } from '../fabric.js';
import { isJsonObject } from '../http/json-body.js';

/**
 * The usage in a body of `chat/completions`; undefined where it states none. Services name the
 * same thing differently: DeepSeek and Mistral their cached tokens, LiteLLM the tokens that Anthropic wrote to its cache.
 */
export function openaiUsage({ usage, service_tier: tier }: JsonObject): TokenUsage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const { prompt_tokens: input, completion_tokens: completion = 0 } = usage;
  if (typeof input !== 'number' || typeof completion !== 'number') return undefined;
  const { prompt_tokens_details, prompt_token_details, prompt_cache_hit_tokens, num_cached_tokens } = usage;
  const details = isJsonObject(prompt_tokens_details) ? prompt_tokens_details : {};
  const mistralDetails = isJsonObject(prompt_token_details) ? prompt_token_details : {};
  const cached = firstNumber(
    details.cached_tokens,
    prompt_cache_hit_tokens,
    num_cached_tokens,
    mistralDetails.cached_tokens,
  );
  const written = firstNumber(
    details.cache_write_tokens,
    details.cache_creation_tokens,
    usage.cache_creation_input_tokens,
  );
  const charged = chargedIn(usage);
  return {
    input,
    output: completion + thoughtsBeside(usage, input, completion),
    ...(cached !== undefined && { cached }),
    ...(written !== undefined && { written }),
    ...(charged !== undefined && { charged }),
    ...(typeof tier === 'string' && { tier }),
  };
}

/**
 * Tokens that were thought, and are billed as output, but are not in `completion_tokens`: xAI and Gemini have them in
 * `total_tokens` alone, Perplexity in `reasoning_tokens` alone. At all others, the total is the sum of both counts.
 */
function thoughtsBeside(usage: JsonObject, input: number, completion: number): number {
  const { total_tokens: total, completion_tokens_details: details } = usage;
  const thought = firstNumber(
    isJsonObject(details) ? details.reasoning_tokens : undefined,
    usage.reasoning_tokens,
  );
  const unexplained = typeof total === 'number' ? total - input - completion : 0;
  const isBeside =
    thought !== undefined &&
    (thought > completion || 'citation_tokens' in usage || 'num_search_queries' in usage);
  const stated = isBeside ? thought : 0;
  return Math.max(0, stated, Math.min(unexplained, thought ?? unexplained));
}

/**
 * The cost of a call that OpenRouter or Perplexity states. With the user's own key at the model's provider, the provider's
 * charge is added. Sources: https://openrouter.ai/docs/use-cases/usage-accounting,
 * https://docs.perplexity.ai/guides/pricing
 */
function chargedIn({ cost, is_byok: hasOwnKey, cost_details: details }: JsonObject): number | undefined {
  if (isJsonObject(cost)) return firstNumber(cost.total_cost);
  if (typeof cost !== 'number' || cost < 0) return undefined;
  if (hasOwnKey !== true) return cost;
  const upstream = isJsonObject(details) ? details.upstream_inference_cost : undefined;
  return typeof upstream === 'number' && upstream >= 0 ? cost + upstream : undefined;
}

function firstNumber(...values: readonly (JsonValue | undefined)[]): number | undefined {
  return values.find((value) => typeof value === 'number');
}
