import type { ModelDefinition } from '../definition.js';
import { parameterAdvice } from './parameter-advice.js';

/** Parameters that models are known to refuse. OpenAI's and Anthropic's guides, November 2026. */
interface KnownRefusal {
  readonly models: RegExp;
  readonly names: readonly string[];
  /** Other parameters with which the model accepts them. */
  readonly isTaken?: (parameters: ModelDefinition['parameters']) => boolean;
}

/** All models accept the default. */
const isDefault = (value: unknown): boolean => value === 1;

const SAMPLING = ['temperature', 'top_p', 'logprobs'];

const OPENAI: readonly KnownRefusal[] = [
  { models: /^(o\d|gpt-[5-9](?!.*-chat))/, names: ['max_tokens'] },
  {
    models: /^(o\d|gpt-[5-9](?!.*-chat))/,
    names: ['frequency_penalty', 'presence_penalty', 'logit_bias', 'top_logprobs'],
  },
  // They always think.
  { models: /^(o\d|gpt-5(-(mini|nano|pro)\b|-\d{4}|$)|gpt-6-astra|gpt-6\.1-sol)/, names: SAMPLING },
  {
    models: /^(gpt-5\.[56]|gpt-6(?!-astra|\.1-sol))/,
    names: SAMPLING,
    isTaken: ({ reasoning_effort }) => reasoning_effort === 'none',
  },
  {
    models: /^gpt-5\.[1-4]/,
    names: SAMPLING,
    isTaken: ({ reasoning_effort }) => reasoning_effort === undefined || reasoning_effort === 'none',
  },
  { models: /^(o3|o4-mini)/, names: ['stop'] },
  { models: /^gpt-6/, names: ['prompt_cache_retention'] },
];

const ANTHROPIC: readonly KnownRefusal[] = [
  { models: /^claude-\w+-(4-[78]|5)(?!\d)/, names: ['temperature', 'top_p', 'top_k'] },
];

/** Hosts whose refusals are known. Gateways change the parameters that they are sent. */
const OPENAI_HOSTS = /(^|\.)(api\.openai\.com|openai\.azure\.com|services\.ai\.azure\.com)$/;
const ANTHROPIC_HOSTS = /(^|\.)api\.anthropic\.com$/;

/** The parameters of a fabric that its model is known to refuse: a line each, with what to write instead. */
export function knownRefusals({ provider, model, baseUrl, parameters }: ModelDefinition): string[] {
  const { hostname } = new URL(baseUrl);
  const hosts = provider === 'openai' ? OPENAI_HOSTS : ANTHROPIC_HOSTS;
  if (!hosts.test(hostname)) return [];
  const known = provider === 'openai' ? OPENAI : ANTHROPIC;
  return known
    .filter(({ models, isTaken }) => models.test(model) && isTaken?.(parameters) !== true)
    .flatMap(({ names }) => names)
    .filter((name) => parameters[name] !== undefined && !isDefault(parameters[name]))
    .map((name) => `${model} refuses the parameter ${name}: ${parameterAdvice(provider, name)}`);
}
