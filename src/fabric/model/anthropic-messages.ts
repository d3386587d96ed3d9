import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { anthropicPart } from '../attachments/file-parts.js';
import type { ModelDefinition } from '../definition.js';
import type { Answer, TokenUsage } from '../fabric.js';
import { isJsonObject } from '../http/json-body.js';
import { endOf } from './finish-reasons.js';
import {
  fieldsJson,
  refuseParameters,
  SystemJson,
  schemaInstruction,
  schemaName,
  turnsJson,
} from './request-parts.js';
import { structuredOutputSchema } from './sent-schema.js';
import type { ModelAnswer, RequestForm, RequestForms, WireFormat } from './wire-format.js';

/** The service requires a limit with every request; thoughts count towards it. */
const DEFAULT_MAX_TOKENS = 4096;
const DEFAULT_MAX_TOKENS_THINKING = 16_000;

/** `claude-sonnet-5-5`, `claude-haiku-5`: from these on, models think unless they are told not to. */
const THINKS = /\bclaude-[a-z]+-(?:[5-9]|\d\d)(?![\d.])/i;

function defaultMaxTokens({ model }: ModelDefinition): number {
  return THINKS.test(model) ? DEFAULT_MAX_TOKENS_THINKING : DEFAULT_MAX_TOKENS;
}

/** Anthropic's Messages. (platform.claude.com/docs/en/api/messages) */
export const anthropicMessages: WireFormat = {
  path: '/messages',
  defaultMaxTokens,
  headers,
  forms,
  filePart: anthropicPart,
  read,
};

/** Later ones refuse parameters that fabric files have. */
const VERSION = '2023-06-01';

function headers(apiKey: string | undefined, _host: string, definition: ModelDefinition): readonly string[] {
  const version = ['anthropic-version', definition.apiVersion ?? VERSION];
  return apiKey === undefined ? version : ['x-api-key', apiKey, ...version];
}

const RESERVED = ['model', 'messages', 'system', 'stream'];

const REFUSED_FORMAT = /output[_ .]?config|output[_ ]?format|structured[_ ]?output|json[_ -]?schema/i;
const REFUSED_TOOL = /\btools?\b|tool_choice|input_schema/i;

/** Models that always think, and answer a forced tool with a 400. */
const NO_FORCED_TOOL = /\bclaude-(?:(?:sonnet|opus)-5-5|fable-5-[1-9])(?!\d)/i;

function forms(definition: ModelDefinition): RequestForms {
  const { output: schema, parameters, name } = definition;
  refuseParameters(parameters, schema === undefined ? RESERVED : [...RESERVED, 'tools', 'tool_choice']);
  if (schema === undefined) return [{ name: 'text', body: bodies(definition, parameters) }];
  // It may hold other settings too, such as the effort of a thinking model.
  const { output_config: others } = parameters;
  const format = { type: 'json_schema', schema: structuredOutputSchema(schema) };
  const tool = schemaName(name);
  const forced: JsonObject = {
    tools: [{ name: tool, description: 'Takes the answer.', input_schema: schema }],
    tool_choice: { type: 'tool', name: tool },
  };
  const forcedTool: RequestForm = {
    name: 'tool',
    wordsOfRefusal: REFUSED_TOOL,
    body: bodies(definition, { ...parameters, ...forced }),
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
    ...(NO_FORCED_TOOL.test(definition.model) ? [] : [forcedTool]),
    { name: 'prompt-only', body: bodies(definition, parameters, schemaInstruction(schema)) },
  ];
}

function bodies(definition: ModelDefinition, fields: JsonObject, instruction?: string): RequestForm['body'] {
  const { model, output } = definition;
  const { max_tokens: maxTokens = defaultMaxTokens(definition), ...others } = fields;
  const start = `{"model":${JSON.stringify(model)},"max_tokens":${stringifyJson(maxTokens)}`;
  const end = `]${fieldsJson(others)}}`;
  const systemJson = new SystemJson(instruction);
  const turns = turnsJson(output, 'files, text');
  return (prompt, repair) => {
    const system = systemJson.of(prompt.system);
    const above = system === undefined ? '' : `,"system":${system}`;
    return `${start}${above},"messages":[${turns(prompt, repair)}${end}`;
  };
}

function read(body: JsonObject): ModelAnswer {
  if (body.error) return { end: 'error', error: body.error };
  const said = typeof body.stop_reason === 'string' ? body.stop_reason : undefined;
  const reason = said ?? 'not said';
  const usage = usageOf(body.usage);
  const model = typeof body.model === 'string' ? body.model : undefined;
  const end = endOf(said);
  if (end === 'refused') return { end, reason: refusalReason(body.stop_details), usage, model };
  if (end === 'broken') return { end, reason, usage, model };
  return { end, reason, usage, model, answer: answerOf(body.content) };
}

/** Why a model refused: the category (`cyber`, `bio`) and its explanation. */
function refusalReason(details: JsonValue | undefined): string {
  const { category, explanation } = isJsonObject(details) ? details : {};
  const words = [category, explanation].filter((part) => typeof part === 'string' && part !== '');
  return words.length === 0 ? 'refusal' : words.join(': ');
}

/** The input of the forced tool, or else the text. Thoughts are blocks too, and are skipped. */
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
  const { cache_creation: creation, service_tier: tier, speed } = usage;
  const cached = countOf(usage.cache_read_input_tokens);
  const written = countOf(usage.cache_creation_input_tokens);
  const forHour = isJsonObject(creation) ? countOf(creation.ephemeral_1h_input_tokens) : 0;
  const served = speed === 'fast' ? speed : tier;
  return {
    input: usage.input_tokens + cached + written,
    output: countOf(usage.output_tokens),
    cached,
    ...(written > 0 && { written }),
    ...(forHour > 0 && { writtenForHour: forHour }),
    ...(typeof served === 'string' && { tier: served }),
  };
}

function countOf(tokens: JsonValue | undefined): number {
  return typeof tokens === 'number' ? tokens : 0;
}
