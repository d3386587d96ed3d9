import { openaiFile, readContent } from './content-parts.js';
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
import { strictProblem } from './schema-rules.js';

/** OpenAI's `chat/completions`, as strict as the service itself is, and stricter about what batchai never sends. */
export const openaiService: ModelService = {
  name: 'openai',
  path: '/v1/chat/completions',

  refuseHeaders(headers, apiKey) {
    const sent = headers.authorization;
    if (apiKey === undefined) return sent === undefined ? undefined : refusal(401, 'No key is wanted here.');
    if (sent === undefined) {
      return refusal(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth.",
      );
    }
    if (sent === `Bearer ${apiKey}`) return undefined;
    return refusal(401, 'Incorrect API key provided: te****ey.', null, 'invalid_api_key');
  },

  read(body, supports) {
    try {
      return readBody(body, supports);
    } catch (error) {
      if (!(error instanceof BrokenRule)) throw error;
      return refusal(400, error.message, error.param, error.code);
    }
  },

  unknownModel: (model) =>
    refusal(
      404,
      `The model \`${model}\` does not exist or you do not have access to it.`,
      null,
      'model_not_found',
    ),

  answer(request, answer, finish, usage) {
    const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
    const message =
      finish === 'refused'
        ? { role: 'assistant', content: null, refusal: text }
        : { role: 'assistant', content: text, refusal: null };
    return {
      id: 'chatcmpl-fake',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: request.model,
      choices: [
        { index: 0, message, logprobs: null, finish_reason: finish === 'truncated' ? 'length' : 'stop' },
      ],
      ...(usage && {
        usage: {
          prompt_tokens: usage.input,
          completion_tokens: usage.output,
          total_tokens: usage.input + usage.output,
          prompt_tokens_details: { cached_tokens: usage.cached ?? 0, audio_tokens: 0 },
        },
      }),
    };
  },
};

const DOCUMENTED = new Set([
  ...['model', 'messages', 'audio', 'frequency_penalty', 'logit_bias', 'logprobs', 'max_completion_tokens'],
  ...['max_tokens', 'metadata', 'modalities', 'n', 'parallel_tool_calls', 'prediction', 'presence_penalty'],
  ...['prompt_cache_key', 'reasoning_effort', 'response_format', 'safety_identifier', 'seed', 'service_tier'],
  ...['stop', 'store', 'stream', 'stream_options', 'temperature', 'tool_choice', 'tools', 'top_logprobs'],
  ...['top_p', 'user', 'verbosity', 'web_search_options'],
]);

function readBody(body: JsonRecord, supports: Supports): ReadRequest {
  const unknown = Object.keys(body).find((name) => !DOCUMENTED.has(name));
  if (unknown !== undefined)
    throw new BrokenRule(`Unknown parameter: '${unknown}'.`, unknown, 'unknown_parameter');
  const { model, messages: sent } = body;
  if (typeof model !== 'string') throw new BrokenRule('you must provide a model parameter');
  if (body.stream === true) throw new BrokenRule('nobody here reads a stream', 'stream');
  const messages = messagesIn(sent);
  const system = messages[0]?.role === 'system' ? messages[0].content : undefined;
  const turns = system === undefined ? messages : messages.slice(1);
  for (const [at, { role }] of turns.entries()) {
    if (role !== (at % 2 === 0 ? 'user' : 'assistant')) {
      throw new BrokenRule(
        `Invalid order of roles: ${messages.map((message) => message.role).join(', ')}.`,
        'messages',
      );
    }
  }
  if (turns.length % 2 === 0) throw new BrokenRule('The last message must be of the user.', 'messages');
  const { form, schema } = formOf(body.response_format, messages, supports);
  return {
    model,
    system,
    prompt: turns[0]?.content ?? '',
    files: turns[0]?.files ?? [],
    messages: withoutFiles(messages),
    form,
    schema,
  };
}

function messagesIn(sent: unknown): readonly ReadMessage[] {
  if (!Array.isArray(sent) || sent.length === 0) {
    throw new BrokenRule("Missing required parameter: 'messages'.", 'messages', 'missing_required_parameter');
  }
  return sent.map((message: unknown, at) => {
    const { role, content, ...more } = isRecord(message) ? message : {};
    if (role !== 'system' && role !== 'user' && role !== 'assistant') {
      throw new BrokenRule(`Invalid value: '${role}'.`, `messages[${at}].role`, 'invalid_value');
    }
    const read = readContent(content, openaiFile);
    if (read === undefined || Object.keys(more).length > 0) {
      throw new BrokenRule(
        `Invalid type for 'messages[${at}].content'.`,
        `messages[${at}].content`,
        'invalid_type',
      );
    }
    return { role, content: read.text, files: read.files };
  });
}

const NOT_SUPPORTED = (type: string) =>
  `Invalid parameter: 'response_format' of type '${type}' is not supported with this model. Learn more about supported models at the Structured Outputs guide: https://platform.openai.com/docs/guides/structured-outputs`;

function formOf(
  format: unknown,
  messages: ReadRequest['messages'],
  supports: Supports,
): Pick<ReadRequest, 'form' | 'schema'> {
  if (format === undefined) return { form: 'text', schema: undefined };
  const { type, ...more } = isRecord(format) ? format : {};
  const [extra] = Object.keys(more).filter((name) => name !== (type === 'json_schema' ? 'json_schema' : ''));
  if (extra !== undefined) throw unknownIn(`response_format.${extra}`);
  if (type === 'json_object') {
    if (supports.jsonObject === false) throw new BrokenRule(NOT_SUPPORTED('json_object'));
    if (!messages.some(({ content }) => /json/i.test(content))) {
      throw new BrokenRule(
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
        'messages',
      );
    }
    return { form: 'json-object', schema: undefined };
  }
  if (type !== 'json_schema') {
    throw new BrokenRule(`Invalid value: '${type}'.`, 'response_format.type', 'invalid_value');
  }
  if (supports.jsonSchema === false) throw new BrokenRule(NOT_SUPPORTED('json_schema'));
  return { form: 'json-schema', schema: schemaIn(more.json_schema) };
}

function schemaIn(jsonSchema: unknown): JsonRecord {
  const { name, schema, strict, description, ...more } = isRecord(jsonSchema) ? jsonSchema : {};
  const place = 'response_format.json_schema';
  const [extra] = Object.keys(more);
  if (extra !== undefined) throw unknownIn(`${place}.${extra}`);
  if (typeof name !== 'string' || !/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new BrokenRule(
      `Invalid '${place}.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.`,
      `${place}.name`,
      'invalid_value',
    );
  }
  if (!isRecord(schema)) {
    throw new BrokenRule(
      `Missing required parameter: '${place}.schema'.`,
      `${place}.schema`,
      'missing_required_parameter',
    );
  }
  if (typeof strict !== 'boolean' || (description !== undefined && typeof description !== 'string')) {
    throw new BrokenRule(`Invalid type for '${place}.strict'.`, `${place}.strict`, 'invalid_type');
  }
  const problem = strict ? strictProblem(schema) : undefined;
  if (problem !== undefined) {
    throw new BrokenRule(`Invalid schema for response_format '${name}': ${problem}`, 'response_format');
  }
  return schema;
}

function unknownIn(param: string): BrokenRule {
  return new BrokenRule(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
}

function refusal(
  status: number,
  message: string,
  param: string | null = null,
  code: string | null = null,
): Refusal {
  return { status, body: { error: { message, type: 'invalid_request_error', param, code } } };
}
