import type { JsonObject, JsonValue } from '../../rows/row.js';
import { CallError } from '../call-error.js';
import type { ModelDefinition } from '../definition.js';
import { isJsonObject } from '../http/json-body.js';
import { refuseParameters } from './request-parts.js';

/** The parameters of a fabric file as Gemini's `generateContent` has them. */
export interface GeminiSettings {
  readonly generationConfig: JsonObject;
  /** Fields beside `generationConfig`. */
  readonly fields: JsonObject;
}

/** Parameters with another name and the same meaning. (ai.google.dev/api/generate-content#v1beta.GenerationConfig) */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['temperature', 'temperature'],
  ['top_p', 'topP'],
  ['top_k', 'topK'],
  ['seed', 'seed'],
  ['presence_penalty', 'presencePenalty'],
  ['frequency_penalty', 'frequencyPenalty'],
  ['max_tokens', 'maxOutputTokens'],
  ['max_completion_tokens', 'maxOutputTokens'],
]);

const RESERVED = ['model', 'messages', 'stream'];

/**
 * Translates a fabric's parameters, which are named as OpenAI names them.
 *
 * @throws CallError `misconfigured` for one that has no published equivalent: left out silently, it would make a batch
 * answer otherwise than a live call.
 */
export function geminiSettings({ model, parameters, output }: ModelDefinition): GeminiSettings {
  refuseParameters(parameters, output === undefined ? RESERVED : [...RESERVED, 'response_format']);
  const generationConfig: JsonObject = {};
  const fields: JsonObject = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (value === null || name === 'stream' || name === 'n') continue;
    const renamed = RENAMED.get(name);
    if (renamed !== undefined) {
      if (renamed in generationConfig) throw misconfigured(name, 'max_tokens says the same: leave one out');
      generationConfig[renamed] = value;
    } else if (name === 'stop') {
      generationConfig.stopSequences = Array.isArray(value) ? value : [value];
    } else if (name === 'reasoning_effort') {
      generationConfig.thinkingConfig = thinkingOf(model, value);
    } else if (name === 'response_format') {
      Object.assign(generationConfig, formatOf(value));
    } else if (name !== 'extra_body') {
      throw misconfigured(name, WITHOUT_EQUIVALENT);
    }
  }
  const { thinking, cachedContent } = extraOf(parameters.extra_body);
  if (thinking !== undefined) {
    if ('thinkingConfig' in generationConfig) {
      throw misconfigured('reasoning_effort', 'extra_body has a thinking_config: leave one out');
    }
    generationConfig.thinkingConfig = thinking;
  }
  if (cachedContent !== undefined) fields.cachedContent = cachedContent;
  return { generationConfig, fields };
}

const WITHOUT_EQUIVALENT =
  'Gemini has no published equivalent of it in its batch API: leave it out, or run without the batch API';

function misconfigured(name: string, why: string): CallError {
  return new CallError('misconfigured', `parameters: "${name}": ${why}`);
}

/** What `reasoning_effort` means for Gemini 2.5, in tokens. (ai.google.dev/gemini-api/docs/openai, "Thinking") */
const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['minimal', 1_024],
  ['low', 1_024],
  ['medium', 8_192],
  ['high', 24_576],
]);
const LEVELS: ReadonlySet<string> = new Set(['minimal', 'low', 'medium', 'high']);

const GEMINI_2_5 = /\bgemini-2\.5-/i;
const GEMINI_3_OR_LATER = /\bgemini-(?:[3-9]|\d\d)(?:\.\d+)?-/i;
const PRO = /-pro\b/i;
/** They answer `minimal` with an error. (ai.google.dev/gemini-api/docs/latest-model) */
const WITHOUT_MINIMAL = /\bgemini-3\.[78]-flash(?!-lite)/i;

function thinkingOf(model: string, effort: JsonValue): JsonObject {
  const refuse = (why: string) => misconfigured('reasoning_effort', `${why} for ${model}`);
  if (typeof effort !== 'string') throw refuse('wanted a word');
  if (GEMINI_2_5.test(model)) {
    if (effort === 'none' && !PRO.test(model)) return { thinkingBudget: 0 };
    const budget = BUDGETS.get(effort);
    if (budget === undefined) throw refuse(`there is no "${effort}"`);
    return { thinkingBudget: budget };
  }
  if (!GEMINI_3_OR_LATER.test(model)) throw refuse(WITHOUT_EQUIVALENT);
  if (!LEVELS.has(effort) || (effort === 'minimal' && WITHOUT_MINIMAL.test(model))) {
    throw refuse(`there is no "${effort}"`);
  }
  return { thinkingLevel: effort === 'minimal' && PRO.test(model) ? 'LOW' : effort.toUpperCase() };
}

/** OpenAI's `response_format`, where the fabric has no schema of its own. */
function formatOf(format: JsonValue): JsonObject {
  const { type, json_schema: json } = isJsonObject(format) ? format : {};
  if (type === 'text') return {};
  if (type === 'json_object') return { responseMimeType: 'application/json' };
  const schema = isJsonObject(json) ? json.schema : undefined;
  if (type !== 'json_schema' || schema === undefined) {
    throw misconfigured('response_format', 'wanted type text, json_object or json_schema');
  }
  return { responseMimeType: 'application/json', responseJsonSchema: schema };
}

const THINKING: ReadonlyMap<string, string> = new Map([
  ['thinking_budget', 'thinkingBudget'],
  ['thinking_level', 'thinkingLevel'],
  ['include_thoughts', 'includeThoughts'],
]);

interface Extra {
  readonly thinking?: JsonObject;
  readonly cachedContent?: JsonValue;
}

/** What the OpenAI-compatible API takes for Gemini alone. (ai.google.dev/gemini-api/docs/openai, "extra_body") */
function extraOf(extra: JsonValue | undefined): Extra {
  if (extra === undefined || extra === null) return {};
  const { google, ...others } = isJsonObject(extra) ? extra : { extra };
  const {
    thinking_config: thinking,
    cached_content: cachedContent,
    ...more
  } = isJsonObject(google) ? google : {};
  const [unknown] = Object.keys({ ...others, ...more });
  if (unknown !== undefined) throw misconfigured(`extra_body: ${unknown}`, WITHOUT_EQUIVALENT);
  return {
    ...(isJsonObject(thinking) && { thinking: renamed(thinking) }),
    ...(cachedContent !== undefined && { cachedContent }),
  };
}

function renamed(thinking: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(thinking).map(([name, value]) => {
      const known = THINKING.get(name);
      if (known === undefined)
        throw misconfigured(`extra_body: thinking_config: ${name}`, WITHOUT_EQUIVALENT);
      return [known, value];
    }),
  );
}
