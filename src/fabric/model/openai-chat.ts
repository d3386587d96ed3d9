import type { JsonObject, JsonValue } from '../../rows/row.js';
import { openaiPart } from '../attachments/file-parts.js';
import type { ModelDefinition } from '../definition.js';
import { isJsonObject } from '../http/json-body.js';
import { endOf } from './finish-reasons.js';
import { openaiUsage } from './openai-usage.js';
import {
  fieldsJson,
  refuseParameters,
  SystemJson,
  schemaInstruction,
  schemaName,
  turnsJson,
} from './request-parts.js';
import { withoutPatterns } from './sent-schema.js';
import { fitsStrictMode } from './strict-schema.js';
import type { ModelAnswer, RequestForm, RequestForms, WireFormat } from './wire-format.js';

/**
 * OpenAI's `chat/completions`, as OpenAI, Azure, OpenRouter, Groq, Together, Mistral, Gemini, vLLM, Ollama and
 * llama.cpp speak it. (platform.openai.com/docs/api-reference/chat)
 */
export const openaiChat: WireFormat = {
  path: '/chat/completions',
  headers,
  forms,
  filePart: openaiPart,
  read,
};

const AZURE = /\.(openai\.azure\.com|cognitiveservices\.azure\.com|services\.ai\.azure\.com)$/;

function headers(apiKey: string | undefined, host: string): readonly string[] {
  if (apiKey === undefined) return [];
  return AZURE.test(host) ? ['api-key', apiKey] : ['authorization', `Bearer ${apiKey}`];
}

const RESERVED = ['model', 'messages', 'stream'];

const WORDS_OF_REFUSAL =
  /response[_ ]?format|response[_ ]?schema|json[_ -]?schema|json[_ -]?object|json[_ ]mode|structured[_ ]?output|guided[_ ]|\bgrammar\b|requested parameters/i;

/** Words of services about a `pattern` that their grammars do not support (llama.cpp, xgrammar, OpenAI). */
const WORDS_OF_PATTERNS = /\bpatterns?\b|\bregex|regular expression|look-?(?:around|ahead|behind)/i;

function forms(definition: ModelDefinition): RequestForms {
  const { output: schema, parameters, name } = definition;
  refuseParameters(parameters, schema === undefined ? RESERVED : [...RESERVED, 'response_format']);
  if (schema === undefined) return [{ name: 'text', body: bodies(definition) }];
  const instruction = schemaInstruction(schema);
  const inSchema = (sent: JsonObject) =>
    bodies(definition, {
      response_format: {
        type: 'json_schema',
        json_schema: { name: schemaName(name), schema: sent, strict: fitsStrictMode(sent) },
      },
    });
  const plain = withoutPatterns(schema);
  const jsonSchema: RequestForm = {
    name: 'json-schema',
    wordsOfRefusal: plain === undefined ? WORDS_OF_REFUSAL : eitherOf(WORDS_OF_REFUSAL, WORDS_OF_PATTERNS),
    body: inSchema(schema),
  };
  const withoutPattern: readonly RequestForm[] =
    plain === undefined
      ? []
      : [{ name: 'json-schema-without-patterns', wordsOfRefusal: WORDS_OF_REFUSAL, body: inSchema(plain) }];
  return [
    jsonSchema,
    ...withoutPattern,
    {
      name: 'json-object',
      wordsOfRefusal: WORDS_OF_REFUSAL,
      body: bodies(definition, { response_format: { type: 'json_object' } }, instruction),
    },
    { name: 'prompt-only', body: bodies(definition, {}, instruction) },
  ];
}

function eitherOf(a: RegExp, b: RegExp): RegExp {
  return new RegExp(`${a.source}|${b.source}`, 'i');
}

function bodies(
  { model, parameters, output }: ModelDefinition,
  format: JsonObject = {},
  instruction?: string,
): RequestForm['body'] {
  const { stream: _, ...others } = parameters;
  // Some gateways stream by default.
  const start = `{"model":${JSON.stringify(model)},"stream":false,"messages":[`;
  const end = `]${fieldsJson(others)}${fieldsJson(format)}}`;
  const systemJson = new SystemJson(instruction);
  const turns = turnsJson(output, 'text, files');
  return (prompt, repair) => {
    const system = systemJson.of(prompt.system);
    const first = system === undefined ? '' : `{"role":"system","content":${system}},`;
    return `${start}${first}${turns(prompt, repair)}${end}`;
  };
}

function read(body: JsonObject): ModelAnswer {
  const { choices, error, model } = body;
  const choice = Array.isArray(choices) ? choices[0] : undefined;
  const { message, finish_reason: finish, error: within } = isJsonObject(choice) ? choice : {};
  const wrapped = error || within;
  if (wrapped) return { end: 'error', error: wrapped };
  const { content, refusal } = isJsonObject(message) ? message : {};
  const said = typeof finish === 'string' && finish !== '' ? finish : undefined;
  const reason = said ?? 'not said';
  const usage = openaiUsage(body);
  const named = typeof model === 'string' ? model : undefined;
  if (typeof refusal === 'string' && refusal !== '') {
    return { end: 'refused', reason: refusal, usage, model: named };
  }
  const end = endOf(said);
  if (end === 'refused' || end === 'broken') return { end, reason, usage, model: named };
  return { end, reason, usage, model: named, answer: textOf(content) };
}

/** Text, or the texts among the parts of an answer. Thoughts are parts too, and are skipped. */
function textOf(content: JsonValue | undefined): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  return content.map((part) => (isTextPart(part) ? part.text : '')).join('');
}

function isTextPart(part: JsonValue): part is { type: 'text'; text: string } {
  return isJsonObject(part) && part.type === 'text' && typeof part.text === 'string';
}
