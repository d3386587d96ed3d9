import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { nearestName } from '../prompt/nearest-name.js';
import type { SamplingOptions } from './llama-module.js';
import { LlamaSetUpError } from './llama-set-up-error.js';

/** A definition's parameters, checked, as they are used here. */
export interface LlamaParameters {
  readonly sampling: SamplingOptions;
  /** Of an answer, in tokens. */
  readonly maxTokens: number;
  /** Tokens of a prompt and its answer together. */
  readonly contextTokens?: number;
  readonly threads?: number;
  /** A prompt that begins as the one before it is not read again from its start. */
  readonly keepsPrompts: boolean;
  /** The same prompt gets the same answer. */
  readonly isDeterministic: boolean;
}

/** A small model that repeats itself would else fill its whole context, which takes minutes. */
const DEFAULT_MAX_TOKENS = 2_048;

/**
 * Reads parameters under the names that model services and llama.cpp give them. Without any, the likeliest token
 * is taken each time, so the same prompt gets the same answer.
 *
 * @throws LlamaSetUpError `parameter` for one that is not known or has a value that it can't have.
 */
export function llamaParameters(parameters: JsonObject): LlamaParameters {
  for (const [name, value] of Object.entries(parameters)) check(name, value);
  const number = (name: string): number | undefined => {
    const value = parameters[name];
    return typeof value === 'number' ? value : undefined;
  };
  const temperature = number('temperature') ?? 0;
  return {
    sampling: {
      temperature,
      ...given('topP', number('top_p')),
      ...given('topK', number('top_k')),
      ...given('minP', number('min_p')),
      ...given('seed', number('seed')),
      repeatPenalty: repeatPenalty(number),
      ...given('customStopTriggers', stops(parameters.stop)),
    },
    maxTokens: number('max_tokens') ?? DEFAULT_MAX_TOKENS,
    ...given('contextTokens', number('n_ctx')),
    ...given('threads', number('n_threads')),
    keepsPrompts: parameters.cache_prompt === true,
    isDeterministic: temperature === 0 || parameters.seed !== undefined,
  };
}

interface Rule {
  readonly wanted: string;
  readonly fits: (value: JsonValue) => boolean;
}

const COUNT: Rule = { wanted: 'a whole number from 1', fits: whole(1) };
/** No model was trained on more, and the package takes a minute to find that far more does not fit. */
const MAX_CONTEXT_TOKENS = 2 ** 20;
const PENALTY: Rule = { wanted: 'a number from -2 to 2', fits: within(-2, 2) };

/** As OpenAI and llama.cpp's server name them; `n_ctx` and `n_threads` as llama.cpp itself does. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ['temperature', { wanted: 'a number from 0 to 5', fits: within(0, 5) }],
  ['top_p', { wanted: 'a number from 0 to 1', fits: within(0, 1) }],
  ['top_k', { wanted: 'a whole number from 0', fits: whole(0) }],
  ['min_p', { wanted: 'a number from 0 to 1', fits: within(0, 1) }],
  ['seed', { wanted: 'a whole number from 0 to 4294967295', fits: whole(0, 2 ** 32 - 1) }],
  ['max_tokens', COUNT],
  ['stop', { wanted: 'a text, or a list of texts', fits: (value) => stops(value) !== undefined }],
  ['repeat_penalty', { wanted: 'a number from 0.1 to 10', fits: within(0.1, 10) }],
  ['frequency_penalty', PENALTY],
  ['presence_penalty', PENALTY],
  [
    'n_ctx',
    { wanted: `a whole number from 16 to ${MAX_CONTEXT_TOKENS}`, fits: whole(16, MAX_CONTEXT_TOKENS) },
  ],
  ['n_threads', COUNT],
  ['cache_prompt', { wanted: 'true or false', fits: (value) => typeof value === 'boolean' }],
]);

function check(name: string, value: JsonValue): void {
  const rule = RULES.get(name);
  if (rule === undefined) {
    const meant = nearestName(name, RULES.keys());
    const perhaps = meant === undefined ? '' : `, perhaps "${meant}"`;
    throw new LlamaSetUpError(
      'parameter',
      `parameters: an on-device model has no "${name}"${perhaps}; it has ${[...RULES.keys()].join(', ')}`,
    );
  }
  if (rule.fits(value)) return;
  throw new LlamaSetUpError(
    'parameter',
    `parameters: ${name}: wanted ${rule.wanted}, got ${stringifyJson(value)}`,
  );
}

function within(least: number, most: number): Rule['fits'] {
  return (value) => typeof value === 'number' && value >= least && value <= most;
}

function whole(least: number, most = 2 ** 31 - 1): Rule['fits'] {
  return (value) => Number.isInteger(value) && within(least, most)(value);
}

/** Undefined where it is neither a text nor a list of texts, or one of them is empty. */
function stops(value: JsonValue | undefined): readonly string[] | undefined {
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const texts = list.filter((text): text is string => typeof text === 'string' && text !== '');
  return texts.length === list.length ? texts : undefined;
}

function repeatPenalty(number: (name: string) => number | undefined): SamplingOptions['repeatPenalty'] {
  const penalty = number('repeat_penalty');
  const frequency = number('frequency_penalty');
  const presence = number('presence_penalty');
  if (penalty === undefined && frequency === undefined && presence === undefined) return false;
  return {
    penalty: penalty ?? 1,
    ...given('frequencyPenalty', frequency),
    ...given('presencePenalty', presence),
  };
}

function given<Name extends string, T>(name: Name, value: T | undefined): { [name in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [name in Name]: T });
}
