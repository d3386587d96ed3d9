import {
  BrokenRule,
  type Finish,
  isRecord,
  type JsonRecord,
  type ReadRequest,
  type Refusal,
  type Usage,
} from '../model-service.js';

/** Gemini's `generateContent`, as strict as JSON for protocol buffers is. (ai.google.dev/api/generate-content) */
export function readGenerateContent(body: JsonRecord): ReadRequest | Refusal {
  try {
    return readBody(body);
  } catch (error) {
    if (!(error instanceof BrokenRule)) throw error;
    return {
      status: 400,
      body: { error: { code: 400, message: error.message, status: 'INVALID_ARGUMENT' } },
    };
  }
}

const FIELDS = new Set([
  ...['model', 'contents', 'systemInstruction', 'generationConfig', 'safetySettings', 'cachedContent'],
  ...['tools', 'toolConfig', 'store'],
]);
const CONFIG = new Set([
  ...['stopSequences', 'responseMimeType', 'responseSchema', 'responseJsonSchema', 'candidateCount'],
  ...['maxOutputTokens', 'temperature', 'topP', 'topK', 'seed', 'presencePenalty', 'frequencyPenalty'],
  ...['responseLogprobs', 'logprobs', 'thinkingConfig', 'mediaResolution', 'responseModalities'],
]);

function readBody(body: JsonRecord): ReadRequest {
  refuseUnknown(body, FIELDS, '');
  const { model, contents, systemInstruction, generationConfig: config = {} } = body;
  if (!Array.isArray(contents) || contents.length === 0) throw new BrokenRule('contents is not specified');
  if (!isRecord(config)) throw new BrokenRule("Invalid value at 'generation_config'");
  refuseUnknown(config, CONFIG, " at 'generation_config'");
  const messages = contents.map((content: unknown, at) => {
    const role = isRecord(content) ? content.role : undefined;
    if (role !== 'user' && role !== 'model') throw new BrokenRule('Please use a valid role: user, model.');
    return {
      role: role === 'model' ? 'assistant' : 'user',
      content: textOf(content, `contents[${at}]`),
    };
  });
  const { responseMimeType: mimeType, responseJsonSchema: schema } = config;
  if (schema !== undefined && mimeType !== 'application/json')
    throw new BrokenRule('response_json_schema needs response_mime_type application/json');
  return {
    model: String(model),
    system: systemInstruction === undefined ? undefined : textOf(systemInstruction, 'system_instruction'),
    prompt: messages[0]?.content ?? '',
    messages,
    files: [],
    form: isRecord(schema) ? 'json-schema' : mimeType === 'application/json' ? 'json-object' : 'text',
    schema: isRecord(schema) ? schema : undefined,
  };
}

function refuseUnknown(object: JsonRecord, known: ReadonlySet<string>, where: string): void {
  const unknown = Object.keys(object).find((name) => !known.has(name));
  if (unknown === undefined) return;
  throw new BrokenRule(
    `Invalid JSON payload received. Unknown name "${unknown}"${where}: Cannot find field.`,
  );
}

function textOf(content: unknown, place: string): string {
  const parts = isRecord(content) ? content.parts : undefined;
  if (!Array.isArray(parts) || parts.length === 0) throw new BrokenRule(`${place}.parts must not be empty`);
  return parts
    .map((part) => {
      if (isRecord(part) && typeof part.text === 'string' && part.text !== '') return part.text;
      throw new BrokenRule(`${place}.parts: the text must not be empty`);
    })
    .join('');
}

const ENDS: Readonly<Record<Finish, string>> = {
  complete: 'STOP',
  truncated: 'MAX_TOKENS',
  refused: 'SAFETY',
};

export function generateContentAnswer(
  { model }: ReadRequest,
  answer: string | object,
  finish: Finish,
  usage: Usage | undefined,
): object {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const content = { parts: [{ text }], role: 'model' };
  return {
    candidates: [{ ...(finish !== 'refused' && { content }), finishReason: ENDS[finish], index: 0 }],
    ...(usage && {
      usageMetadata: {
        promptTokenCount: usage.input,
        candidatesTokenCount: usage.output,
        totalTokenCount: usage.input + usage.output,
        ...(usage.cached && { cachedContentTokenCount: usage.cached }),
      },
    }),
    ...{ modelVersion: model, responseId: 'response-fake' },
  };
}
