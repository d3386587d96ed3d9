import type { JsonObject, JsonValue } from '../../rows/row.js';
import type { ModelDefinition } from '../definition.js';
import type { TokenUsage } from '../fabric.js';
import { isJsonObject } from '../http/json-body.js';
import {
  fieldsJson,
  refuseParameters,
  SystemJson,
  schemaInstruction,
  schemaName,
  turnsJson,
} from './request-parts.js';
import { fitsStrictMode } from './strict-schema.js';
import type { ModelAnswer, RequestForm, RequestForms, WireFormat } from './wire-format.js';

/**
 * OpenAI's `chat/completions`, as OpenAI, Azure, OpenRouter, Groq, Together, Mistral, Gemini, vLLM, Ollama and
 * llama.cpp speak it. (platform.openai.com/docs/api-reference/chat)
 */
export const openaiChat: WireFormat = { path: '/chat/completions', headers, forms, read };

const AZURE = /\.(openai\.azure\.com|cognitiveservices\.azure\.com|services\.ai\.azure\.com)$/;

function headers(apiKey: string | undefined, host: string): readonly string[] {
  if (apiKey === undefined) return [];
  return AZURE.test(host) ? ['api-key', apiKey] : ['authorization', `Bearer ${apiKey}`];
}

const RESERVED = ['model', 'messages', 'stream'];

const WORDS_OF_REFUSAL =
  /response[_ ]?format|response[_ ]?schema|json[_ -]?schema|json[_ -]?object|json[_ ]mode|structured[_ ]?output|guided[_ ]|\bgrammar\b|requested parameters/i;

function forms(definition: ModelDefinition): RequestForms {
  const { output: schema, parameters, name } = definition;
  refuseParameters(parameters, schema === undefined ? RESERVED : [...RESERVED, 'response_format']);
  if (schema === undefined) return [{ name: 'text', body: bodies(definition) }];
  const instruction = schemaInstruction(schema);
  const inSchema = { name: schemaName(name), schema, strict: fitsStrictMode(schema) };
  return [
    {
      name: 'json-schema',
      wordsOfRefusal: WORDS_OF_REFUSAL,
      body: bodies(definition, { response_format: { type: 'json_schema', json_schema: inSchema } }),
    },
    {
      name: 'json-object',
      wordsOfRefusal: WORDS_OF_REFUSAL,
      body: bodies(definition, { response_format: { type: 'json_object' } }, instruction),
    },
    { name: 'prompt-only', body: bodies(definition, {}, instruction) },
  ];
}

function bodies(
  { model, parameters }: ModelDefinition,
  format: JsonObject = {},
  instruction?: string,
): RequestForm['body'] {
  const start = `{"model":${JSON.stringify(model)},"messages":[`;
  const end = `]${fieldsJson(parameters)}${fieldsJson(format)}}`;
  const systemJson = new SystemJson(instruction);
  return (prompt, repair) => {
    const system = systemJson.of(prompt.system);
    const first = system === undefined ? '' : `{"role":"system","content":${system}},`;
    return `${start}${first}${turnsJson(prompt.prompt, repair)}${end}`;
  };
}

function read({ choices, error, usage }: JsonObject): ModelAnswer {
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  const { message, finish_reason: finish, error: within } = isJsonObject(choice) ? choice : {};
  const wrapped = error || within;
  if (wrapped) return { end: 'error', error: wrapped };
  const { content, refusal } = isJsonObject(message) ? message : {};
  const reason = typeof finish === 'string' ? finish : 'not said';
  const tokens = usageOf(usage);
  if (typeof refusal === 'string' && refusal !== '')
    return { end: 'refused', reason: refusal, usage: tokens };
  // Gemini adds to it, as in "content_filter: RECITATION".
  if (reason.startsWith('content_filter')) return { end: 'refused', reason, usage: tokens };
  // Mistral tells the model's own limit apart.
  const isTruncated = reason === 'length' || reason === 'model_length';
  return { end: isTruncated ? 'truncated' : 'complete', answer: textOf(content), reason, usage: tokens };
}

/** Text, or the texts among the parts of an answer: what a model thinks to itself is a part too. */
function textOf(content: JsonValue | undefined): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  return content.map((part) => (isTextPart(part) ? part.text : '')).join('');
}

function isTextPart(part: JsonValue): part is { type: 'text'; text: string } {
  return isJsonObject(part) && part.type === 'text' && typeof part.text === 'string';
}

function usageOf(usage: JsonValue | undefined): TokenUsage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const { prompt_tokens: input, completion_tokens: output = 0, prompt_tokens_details: details } = usage;
  if (typeof input !== 'number' || typeof output !== 'number') return undefined;
  const cached = isJsonObject(details) ? details.cached_tokens : undefined;
  const charged = chargedIn(usage);
  return {
    input,
    output,
    ...(typeof cached === 'number' && { cached }),
    ...(charged !== undefined && { charged }),
  };
}

/**
 * What OpenRouter says that a call cost. Under a key of one's own at the model's provider, that one's charge comes on
 * top. Source: https://openrouter.ai/docs/use-cases/usage-accounting
 */
function chargedIn({ cost, is_byok: hasOwnKey, cost_details: details }: JsonObject): number | undefined {
  if (typeof cost !== 'number' || !(cost >= 0)) return undefined;
  if (hasOwnKey !== true) return cost;
  const upstream = isJsonObject(details) ? details.upstream_inference_cost : undefined;
  return typeof upstream === 'number' && upstream >= 0 ? cost + upstream : undefined;
}
