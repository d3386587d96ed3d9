import type { ModelDefinition } from '../definition.js';

type Provider = ModelDefinition['provider'];

const LEAVE_OUT = 'leave it out';

/** What to write in place of a parameter that a model refuses. OpenAI's and Anthropic's guides, November 2026. */
const INSTEAD: Readonly<Record<Provider, Readonly<Record<string, string>>>> = {
  openai: {
    max_tokens: 'write max_completion_tokens in its place (thinking counts in it)',
    max_completion_tokens: 'write max_tokens in its place',
    temperature: 'leave it out, or write reasoning_effort: none beside it where the model has that',
    top_p: 'leave it out, or write reasoning_effort: none beside it where the model has that',
    logprobs: 'leave it out, or write reasoning_effort: none beside it where the model has that',
    reasoning_effort: 'leave it out, or write a value that the model has',
    prompt_cache_retention: 'write prompt_cache_options in its place',
    user: 'write safety_identifier in its place',
    guided_json: 'write the schema as the output of the fabric',
  },
  anthropic: {
    thinking: 'leave it out, or ask for less of it: output_config: {effort: low}',
  },
};

/** Words of a refusal about the size of a value rather than the parameter. */
const TOO_MUCH = /too large|too high|at most|maximum|\d > \d|less than or equal/i;

/** Advice about a refused parameter, in a few words. `message`: the service's, where there is one. */
export function parameterAdvice(provider: Provider, name: string, message = ''): string {
  if (TOO_MUCH.test(message)) return 'write a smaller value';
  return INSTEAD[provider][name] ?? LEAVE_OUT;
}
