import { jsonOfText } from '../../json/json-text.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { geminiPart } from '../attachments/file-parts.js';
import type { ModelDefinition, RenderedPrompt } from '../definition.js';
import type { Repair, TokenUsage } from '../fabric.js';
import { isJsonObject } from '../http/json-body.js';
import { endOf } from './finish-reasons.js';
import { type GeminiSettings, geminiSettings } from './gemini-parameters.js';
import { fieldsJson, repairComplaint, SystemJson, schemaInstruction } from './request-parts.js';
import type { ModelAnswer, RequestForm, RequestForms, WireFormat } from './wire-format.js';

/**
 * Gemini's own `generateContent`, which its batch API takes. Live calls go to its OpenAI-compatible API; a fabric file
 * is written for that one, and its parameters are translated here. (ai.google.dev/api/generate-content)
 */
export const geminiContent: WireFormat = {
  path: ':generateContent',
  headers,
  forms,
  filePart: geminiPart,
  read,
};

function headers(apiKey: string | undefined): readonly string[] {
  return apiKey === undefined ? [] : ['x-goog-api-key', apiKey];
}

const WORDS_OF_REFUSAL =
  /response_?(json_?)?schema|response_?mime_?type|json[ _]mode|schema\b.{0,60}\b(invalid|too many|not supported|nesting)/i;

function forms(definition: ModelDefinition): RequestForms {
  const { output: schema } = definition;
  const settings = geminiSettings(definition);
  if (schema === undefined) return [{ name: 'text', body: bodies(definition, settings) }];
  const json = { responseMimeType: 'application/json' };
  const instruction = schemaInstruction(schema);
  return [
    {
      name: 'json-schema',
      wordsOfRefusal: WORDS_OF_REFUSAL,
      body: bodies(definition, withConfig(settings, { ...json, responseJsonSchema: schema })),
    },
    {
      name: 'json-object',
      wordsOfRefusal: WORDS_OF_REFUSAL,
      body: bodies(definition, withConfig(settings, json), instruction),
    },
    { name: 'prompt-only', body: bodies(definition, settings, instruction) },
  ];
}

function withConfig(settings: GeminiSettings, config: JsonObject): GeminiSettings {
  return { ...settings, generationConfig: { ...settings.generationConfig, ...config } };
}

function bodies(
  { output }: ModelDefinition,
  { generationConfig, fields }: GeminiSettings,
  instruction?: string,
): RequestForm['body'] {
  const config =
    Object.keys(generationConfig).length === 0
      ? ''
      : `,"generationConfig":${stringifyJson(generationConfig)}`;
  const end = `]${config}${fieldsJson(fields)}}`;
  const systemJson = new SystemJson(instruction);
  const complaint = repairComplaint(output);
  return (prompt, repair) => {
    const system = systemJson.of(prompt.system);
    const start = system === undefined ? '{' : `{"systemInstruction":{"parts":[{"text":${system}}]},`;
    return `${start}"contents":[${contentsJson(prompt, repair, complaint)}${end}`;
  };
}

function contentsJson(
  { prompt, files }: RenderedPrompt,
  repair: Repair | undefined,
  complaint: (repair: Repair) => string,
): string {
  const question = contentJson('user', prompt, files);
  if (repair === undefined) return question;
  return [question, contentJson('model', repair.answer), contentJson('user', complaint(repair))].join(',');
}

function contentJson(role: 'user' | 'model', text: string, files?: string): string {
  const first = files === undefined ? '' : `${files},`;
  return `{"role":"${role}","parts":[${first}{"text":${jsonOfText(text)}}]}`;
}

function read(body: JsonObject): ModelAnswer {
  const { error, promptFeedback, candidates, modelVersion } = body;
  if (error) return { end: 'error', error };
  const usage = usageOf(body.usageMetadata);
  const model = typeof modelVersion === 'string' ? modelVersion : undefined;
  const blocked = blockOf(promptFeedback);
  if (blocked !== undefined) return { end: 'refused', reason: blocked, usage, model };
  const candidate = Array.isArray(candidates) ? candidates[0] : undefined;
  const { content, finishReason, finishMessage } = isJsonObject(candidate) ? candidate : {};
  const said = typeof finishReason === 'string' && finishReason !== '' ? finishReason : undefined;
  const reason = withWords(said ?? 'not said', finishMessage);
  const end = endOf(said);
  if (end === 'refused' || end === 'broken') return { end, reason, usage, model };
  return { end, reason: said ?? 'not said', usage, model, answer: textOf(content) };
}

/** Why the prompt had no answer; there are no candidates then. */
function blockOf(feedback: JsonValue | undefined): string | undefined {
  if (!isJsonObject(feedback)) return undefined;
  const { blockReason, blockReasonMessage } = feedback;
  return typeof blockReason === 'string' && blockReason !== ''
    ? withWords(blockReason, blockReasonMessage)
    : undefined;
}

function withWords(reason: string, words: JsonValue | undefined): string {
  return typeof words === 'string' && words !== '' ? `${reason}: ${words}` : reason;
}

/** The texts among the parts. Thoughts are parts too, and are skipped. */
function textOf(content: JsonValue | undefined): string | undefined {
  const parts = isJsonObject(content) ? content.parts : undefined;
  if (!Array.isArray(parts)) return undefined;
  let text: string | undefined;
  for (const part of parts) {
    if (!isJsonObject(part) || part.thought === true || typeof part.text !== 'string') continue;
    text = (text ?? '') + part.text;
  }
  return text;
}

/** Thoughts are billed as output, and stand beside the candidates' tokens; a cache's are among the prompt's. */
function usageOf(usage: JsonValue | undefined): TokenUsage | undefined {
  if (!isJsonObject(usage) || typeof usage.promptTokenCount !== 'number') return undefined;
  const cached = countOf(usage.cachedContentTokenCount);
  return {
    input: usage.promptTokenCount + countOf(usage.toolUsePromptTokenCount),
    output: countOf(usage.candidatesTokenCount) + countOf(usage.thoughtsTokenCount),
    ...(cached > 0 && { cached }),
  };
}

function countOf(tokens: JsonValue | undefined): number {
  return typeof tokens === 'number' ? tokens : 0;
}
