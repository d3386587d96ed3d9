import { anthropicFile, readContent } from './content-parts.js';
import {
  BrokenRule,
  isRecord,
  type JsonRecord,
  type ModelService,
  type ReadMessage,
  type ReadRequest,
  type Refusal,
  type Supports,
  withoutFiles,
} from './model-service.js';
import { anthropicProblem } from './schema-rules.js';

/** Anthropic's Messages, as strict as the service itself is, and stricter about what batchai never sends. */
export const anthropicService: ModelService = {
  name: 'anthropic',
  path: '/v1/messages',

  refuseHeaders(headers, apiKey) {
    if (headers['anthropic-version'] !== '2023-06-01') {
      return refusal(400, 'anthropic-version: header is required');
    }
    if (headers['x-api-key'] === apiKey && headers.authorization === undefined) return undefined;
    return refusal(401, 'invalid x-api-key', 'authentication_error');
  },

  read(body, supports) {
    try {
      return readBody(body, supports);
    } catch (error) {
      if (!(error instanceof BrokenRule)) throw error;
      return refusal(400, error.message);
    }
  },

  unknownModel: (model) => refusal(404, `model: ${model}`, 'not_found_error'),

  answer(request, answer, finish, usage) {
    const isToolCall = request.form === 'tool' && typeof answer === 'object';
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const content = isToolCall
      ? [{ type: 'tool_use', id: 'toolu_fake', name: 'answer', input: answer }]
      : [{ type: 'text', text }];
    const ends = {
      complete: isToolCall ? 'tool_use' : 'end_turn',
      truncated: 'max_tokens',
      refused: 'refusal',
    };
    return {
      id: 'msg_fake',
      type: 'message',
      role: 'assistant',
      model: request.model,
      content: finish === 'refused' ? [] : content,
      stop_reason: ends[finish],
      stop_sequence: null,
      ...(usage && {
        usage: {
          input_tokens: usage.input - (usage.cached ?? 0),
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: usage.cached ?? 0,
          output_tokens: usage.output,
        },
      }),
    };
  },
};

const DOCUMENTED = new Set([
  ...['model', 'messages', 'max_tokens', 'container', 'context_management', 'inference_geo', 'metadata'],
  ...['output_config', 'service_tier', 'stop_sequences', 'stream', 'system', 'temperature', 'thinking'],
  ...['tool_choice', 'tools', 'top_k', 'top_p'],
]);

function readBody(body: JsonRecord, supports: Supports): ReadRequest {
  const { model, max_tokens: maxTokens, system } = body;
  if (typeof model !== 'string') throw new BrokenRule('model: Field required');
  if (maxTokens === undefined) throw new BrokenRule('max_tokens: Field required');
  if (!Number.isInteger(maxTokens) || Number(maxTokens) < 1) {
    throw new BrokenRule('max_tokens: Input should be a valid integer, greater than or equal to 1');
  }
  const unknown = Object.keys(body).find((name) => !DOCUMENTED.has(name) || isUnsupported(name, supports));
  if (unknown !== undefined) throw new BrokenRule(`${unknown}: Extra inputs are not permitted`);
  if (body.stream === true) throw new BrokenRule('stream: nobody here reads a stream');
  if (system !== undefined && (typeof system !== 'string' || system === '')) {
    throw new BrokenRule('system: Input should be a valid string');
  }
  const messages = messagesIn(body.messages);
  return {
    model,
    system,
    prompt: messages[0]?.content ?? '',
    files: messages[0]?.files ?? [],
    messages: withoutFiles(messages),
    ...formOf(body),
  };
}

/** An older deployment does not know the field at all. */
function isUnsupported(name: string, { jsonSchema = true, tools = true }: Supports): boolean {
  return (
    (name === 'output_config' && !jsonSchema) || ((name === 'tools' || name === 'tool_choice') && !tools)
  );
}

function messagesIn(sent: unknown): readonly ReadMessage[] {
  if (!Array.isArray(sent)) throw new BrokenRule('messages: Field required');
  if (sent.length === 0) throw new BrokenRule('messages: at least one message is required');
  const messages = sent.map((message: unknown, at) => {
    const { role, content, ...more } = isRecord(message) ? message : {};
    const [extra] = Object.keys(more);
    if (extra !== undefined) throw new BrokenRule(`messages.${at}.${extra}: Extra inputs are not permitted`);
    if (role !== (at % 2 === 0 ? 'user' : 'assistant')) {
      throw new BrokenRule(
        `messages: Unexpected role "${role}". Roles must alternate between "user" and "assistant", the first being "user"`,
      );
    }
    const read = readContent(content, anthropicFile);
    if (read === undefined) throw new BrokenRule(`messages.${at}.content: Input should be a valid string`);
    if (read.text === '') throw new BrokenRule(`messages.${at}: all messages must have non-empty content`);
    return { role: String(role), content: read.text, files: read.files };
  });
  if (messages.length % 2 === 0) throw new BrokenRule('messages: the last one must be of the user');
  return messages;
}

function formOf(body: JsonRecord): Pick<ReadRequest, 'form' | 'schema'> {
  const { output_config: config, tools, tool_choice: choice } = body;
  if (config !== undefined) {
    const { format, effort: _, ...more } = isRecord(config) ? config : {};
    const [extra] = Object.keys(more);
    if (extra !== undefined) throw new BrokenRule(`output_config.${extra}: Extra inputs are not permitted`);
    if (format !== undefined) return { form: 'json-schema', schema: schemaIn(format) };
  }
  if (tools === undefined) return { form: 'text', schema: undefined };
  const [tool] = Array.isArray(tools) ? tools : [];
  const { name, input_schema: schema, description, ...more } = isRecord(tool) ? tool : {};
  if (typeof name !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new BrokenRule("tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
  }
  const [extra] = Object.keys(more);
  if (extra !== undefined) throw new BrokenRule(`tools.0.custom.${extra}: Extra inputs are not permitted`);
  if (!isRecord(schema) || schema.type !== 'object') {
    throw new BrokenRule("tools.0.custom.input_schema.type: Input should be 'object'");
  }
  if (description !== undefined && typeof description !== 'string') {
    throw new BrokenRule('tools.0.custom.description: Input should be a valid string');
  }
  if (!isRecord(choice) || choice.type !== 'tool' || choice.name !== name) {
    throw new BrokenRule(
      `tool_choice: Tool '${isRecord(choice) ? choice.name : choice}' not found in provided tools`,
    );
  }
  return { form: 'tool', schema };
}

function schemaIn(format: unknown): JsonRecord {
  const { type, schema, ...more } = isRecord(format) ? format : {};
  const [extra] = Object.keys(more);
  if (extra !== undefined)
    throw new BrokenRule(`output_config.format.${extra}: Extra inputs are not permitted`);
  if (type !== 'json_schema')
    throw new BrokenRule("output_config.format.type: Input should be 'json_schema'");
  if (!isRecord(schema)) throw new BrokenRule('output_config.format.schema: Field required');
  const problem = anthropicProblem(schema);
  if (problem !== undefined) throw new BrokenRule(`output_config.format.schema: ${problem}`);
  return schema;
}

function refusal(status: number, message: string, type = 'invalid_request_error'): Refusal {
  return { status, body: { type: 'error', error: { type, message }, request_id: 'req_fake' } };
}
