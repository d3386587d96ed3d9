import type { JsonValue } from '../../rows/row.js';
import type { TokenUsage } from '../fabric.js';
import { isJsonObject } from '../http/json-body.js';

/**
 * What an answer's `usage` says, in tokens; undefined where it says nothing of use. Promptha does not document its
 * names, so those of OpenAI and Anthropic are understood, in snake and in camel case; a total alone counts as output.
 */
export function usageIn(usage: JsonValue | undefined): TokenUsage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const first = (...names: readonly string[]) =>
    names.map((name) => usage[name]).find((value) => typeof value === 'number' && value >= 0);
  const input = first('input_tokens', 'prompt_tokens', 'inputTokens', 'promptTokens', 'input', 'prompt');
  const output = first('output_tokens', 'completion_tokens', 'outputTokens', 'completionTokens', 'output');
  const total = first('total_tokens', 'totalTokens', 'tokens', 'total');
  if (typeof input === 'number')
    return { input, output: typeof output === 'number' ? output : rest(total, input) };
  if (typeof output === 'number') return { input: rest(total, output), output };
  return typeof total === 'number' ? { input: 0, output: total } : undefined;
}

function rest(total: JsonValue | undefined, known: number): number {
  return typeof total === 'number' ? Math.max(0, total - known) : 0;
}
