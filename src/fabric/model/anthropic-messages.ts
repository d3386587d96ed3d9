import type { JsonObject, JsonValue } from '../../rows/row.js';
import type { ModelDefinition } from '../definition.js';
import type { Answer, TokenUsage } from '../fabric.js';
import { isJsonObject } from '../http/json-body.js';
import {
  fieldsJson,
  refuseParameters,
  SystemJson,
  schemaInstruction,
  schemaName,
  turnsJson,
} from './request-parts.js';
import type { ModelAnswer, RequestForm, RequestForms, WireFormat } from './wire-format.js';

/** The service wants a limit with every request. */
const DEFAULT_MAX_TOKENS = 4096;

/** Anthropic's Messages. (platform.claude.com/docs/en/api/messages) */
export const anthropicMessages: WireFormat = {
  path: '/messages',
  defaultMaxTokens: DEFAULT_MAX_TOKENS,
  headers,
  forms,
  read,
};

function headers(apiKey: string | undefined): readonly string[] {
  const version = ['anthropic-version', '2023-06-01'];
  return apiKey === undefined ? version : ['x-api-key', apiKey, ...version];
}

const RESERVED = ['model', 'messages', 'system', 'stream'];

const REFUSED_FORMAT = /output[_ .]?config|output[_ ]?format|structured[_ ]?output|json[_ -]?schema/i;
const REFUSED_TOOL = /\btools?\b|tool_choice|input_schema/i;

function forms(definition: ModelDefinition): RequestForms {
  const { output: schema, parameters, name } = definition;
  refuseParameters(parameters, schema === undefined ? RESERVED : [...RESERVED, 'tools', 'tool_choice']);
  if (schema === undefined) return [{ name: 'text', body: bodies(definition, parameters) }];
  // It may hold other things too, the effort of a model that thinks for one.
  const { output_config: others } = parameters;
  const format = { type: 'json_schema', schema };
  const tool = schemaName(name);
  const forced: JsonObject = {
    tools: [{ name: tool, description: 'Takes the answer.', input_schema: schema }],
    tool_choice: { type: 'tool', name: tool },
  };
  return [
    {
      name: 'json-schema',
      wordsOfRefusal: REFUSED_FORMAT,
      body: bodies(definition, {
        ...parameters,
        output_config: isJsonObject(others) ? { ...others, format } : { format },
      }),
    },
    {
      name: 'tool',
      wordsOfRefusal: REFUSED_TOOL,
      body: bodies(definition, { ...parameters, ...forced }),
    },
    { name: 'prompt-only', body: bodies(definition, parameters, schemaInstruction(schema)) },
  ];
}

function bodies({ model }: ModelDefinition, fields: JsonObject, instruction?: string): RequestForm['body'] {
  const { max_tokens: maxTokens = DEFAULT_MAX_TOKENS, ...others } = fields;
  const start = `{"model":${JSON.stringify(model)},"max_tokens":${JSON.stringify(maxTokens)}`;
  const end = `]${fieldsJson(others)}}`;
  const systemJson = new SystemJson(instruction);
  return (prompt, repair) => {
    const system = systemJson.of(prompt.system);
    const above = system === undefined ? '' : `,"system":${system}`;
    return `${start}${above},"messages":[${turnsJson(prompt.prompt, repair)}${end}`;
  };
}

function read(body: JsonObject): ModelAnswer {
  if (body.error) return { end: 'error', error: body.error };
  const reason = typeof body.stop_reason === 'string' ? body.stop_reason : 'not said';
  const usage = usageOf(body.usage);
  if (reason === 'refusal') return { end: 'refused', reason, usage };
  const isTruncated = reason === 'max_tokens' || reason === 'model_context_window_exceeded';
  const answer = answerOf(body.content);
  return { end: isTruncated ? 'truncated' : 'complete', answer, reason, usage };
}

/** What the forced tool was called with, or else the text; what a model thinks to itself is a block too. */
function answerOf(content: JsonValue | undefined): Answer | undefined {
  if (!Array.isArray(content)) return undefined;
  let text: string | undefined;
  for (const block of content) {
    if (!isJsonObject(block)) continue;
    if (block.type === 'tool_use' && isJsonObject(block.input)) return block.input;
    if (block.type === 'text' && typeof block.text === 'string') text = (text ?? '') + block.text;
  }
  return text;
}

function usageOf(usage: JsonValue | undefined): TokenUsage | undefined {
  if (!isJsonObject(usage) || typeof usage.input_tokens !== 'number') return undefined;
  const cached = countOf(usage.cache_read_input_tokens);
  const input = usage.input_tokens + cached + countOf(usage.cache_creation_input_tokens);
  return { input, output: countOf(usage.output_tokens), cached };
}

function countOf(tokens: JsonValue | undefined): number {
  return typeof tokens === 'number' ? tokens : 0;
}
