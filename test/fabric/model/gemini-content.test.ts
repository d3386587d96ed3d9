import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/fabric/call-error.js';
import type { ModelDefinition } from '../../../src/fabric/definition.js';
import { geminiContent } from '../../../src/fabric/model/gemini-content.js';
import type { ModelAnswer } from '../../../src/fabric/model/wire-format.js';
import type { JsonObject, JsonValue } from '../../../src/rows/row.js';
import { definitionOf, PRODUCT } from './connected.js';

const PROMPT = { system: 'Be brief.', prompt: 'Describe a mug.' };
const SYSTEM = { parts: [{ text: 'Be brief.' }] };
const CONTENTS = [{ role: 'user', parts: [{ text: 'Describe a mug.' }] }];
const IN_WORDS = {
  parts: [
    {
      text: `Be brief.\n\nAnswer with JSON only: one object that matches this JSON schema, with nothing before or after it.\n${JSON.stringify(PRODUCT)}`,
    },
  ],
};

describe("a request in Gemini's own form", () => {
  it('has the system text beside the prompt, and no model', () => {
    expect(bodies({})).toEqual([{ systemInstruction: SYSTEM, contents: CONTENTS }]);
  });

  it.each([undefined, ''])('has no system text where there is nothing to say (%j)', (system) => {
    const [form] = geminiContent.forms(definitionOf());

    const body = form.body(system === undefined ? { prompt: 'Hi' } : { system, prompt: 'Hi' });

    expect(JSON.parse(body)).toEqual({ contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] });
  });

  it('keeps every character of a prompt', () => {
    const prompt = '"quoted" \\ \n 日本語 \u2028 \ud800 \u0000';
    const [form] = geminiContent.forms(definitionOf());

    expect(JSON.parse(form.body({ prompt })).contents[0].parts[0].text).toBe(prompt);
  });

  it('asks for a schema in three forms, the best first', () => {
    const parameters = { temperature: 1 };

    expect(bodies({ output: PRODUCT, parameters })).toEqual([
      {
        systemInstruction: SYSTEM,
        contents: CONTENTS,
        generationConfig: {
          temperature: 1,
          responseMimeType: 'application/json',
          responseJsonSchema: PRODUCT,
        },
      },
      {
        systemInstruction: IN_WORDS,
        contents: CONTENTS,
        generationConfig: { temperature: 1, responseMimeType: 'application/json' },
      },
      { systemInstruction: IN_WORDS, contents: CONTENTS, generationConfig: { temperature: 1 } },
    ]);
  });

  it('asks for a repair with the bad answer as the turn of the model', () => {
    const [form] = geminiContent.forms(definitionOf({ output: PRODUCT }));

    const body = JSON.parse(form.body(PROMPT, { answer: '{"title":7}', problem: '/title must be string' }));

    expect(body.contents).toEqual([
      ...CONTENTS,
      { role: 'model', parts: [{ text: '{"title":7}' }] },
      {
        role: 'user',
        parts: [
          { text: expect.stringMatching(/^That answer cannot be used: \/title must be string\. Answer/) },
        ],
      },
    ]);
  });

  it('has its key in a header of its own, and in no address', () => {
    expect(geminiContent.headers('secret', 'host', definitionOf())).toEqual(['x-goog-api-key', 'secret']);
    expect(geminiContent.headers(undefined, 'host', definitionOf())).toEqual([]);
  });
});

describe("a fabric's parameters", () => {
  it.each<[JsonObject, JsonObject]>([
    [
      { temperature: 0, top_p: 0.9, top_k: 40 },
      { temperature: 0, topP: 0.9, topK: 40 },
    ],
    [{ max_tokens: 300 }, { maxOutputTokens: 300 }],
    [{ max_completion_tokens: 300 }, { maxOutputTokens: 300 }],
    [
      { seed: 7, presence_penalty: 0.1, frequency_penalty: 0.2 },
      { seed: 7, presencePenalty: 0.1, frequencyPenalty: 0.2 },
    ],
    [{ stop: '\n' }, { stopSequences: ['\n'] }],
    [{ stop: ['a', 'b'] }, { stopSequences: ['a', 'b'] }],
    [{ response_format: { type: 'json_object' } }, { responseMimeType: 'application/json' }],
    [
      { response_format: { type: 'json_schema', json_schema: { name: 'x', schema: PRODUCT } } },
      { responseMimeType: 'application/json', responseJsonSchema: PRODUCT },
    ],
    [
      { extra_body: { google: { thinking_config: { thinking_budget: 0, include_thoughts: false } } } },
      { thinkingConfig: { thinkingBudget: 0, includeThoughts: false } },
    ],
  ])('%j come as %j', (parameters, generationConfig) => {
    expect(bodies({ parameters })).toEqual([
      { systemInstruction: SYSTEM, contents: CONTENTS, generationConfig },
    ]);
  });

  it('that say what is so anyway are left out', () => {
    const parameters = { stream: false, n: 1, stop: null, response_format: { type: 'text' } };

    expect(bodies({ parameters })).toEqual([{ systemInstruction: SYSTEM, contents: CONTENTS }]);
  });

  it('may name what the service has cached', () => {
    const parameters = { extra_body: { google: { cached_content: 'cachedContents/x' } } };

    expect(bodies({ parameters })).toEqual([
      { systemInstruction: SYSTEM, contents: CONTENTS, cachedContent: 'cachedContents/x' },
    ]);
  });

  it.each<[string, string, JsonObject]>([
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }],
    ['gemini-2.5-flash-lite', 'minimal', { thinkingBudget: 1_024 }],
    ['gemini-2.5-pro', 'low', { thinkingBudget: 1_024 }],
    ['models/gemini-2.5-pro', 'medium', { thinkingBudget: 8_192 }],
    ['gemini-2.5-flash', 'high', { thinkingBudget: 24_576 }],
    ['gemini-3.1-pro-preview', 'minimal', { thinkingLevel: 'LOW' }],
    ['gemini-3-flash-preview', 'minimal', { thinkingLevel: 'MINIMAL' }],
    ['gemini-3.8-flash', 'low', { thinkingLevel: 'LOW' }],
    ['gemini-3.5-flash-lite', 'medium', { thinkingLevel: 'MEDIUM' }],
    ['gemini-4-pro', 'high', { thinkingLevel: 'HIGH' }],
  ])('%s with reasoning_effort %s gets %j', (model, effort, thinkingConfig) => {
    expect(bodies({ model, parameters: { reasoning_effort: effort } })).toMatchObject([
      { generationConfig: { thinkingConfig } },
    ]);
  });

  it.each<[string, JsonObject]>([
    ['gemini-2.5-pro', { reasoning_effort: 'none' }],
    ['gemini-2.5-flash', { reasoning_effort: 'toString' }],
    ['gemini-3.8-flash', { reasoning_effort: 'minimal' }],
    ['gemini-3-flash-preview', { reasoning_effort: 'none' }],
    ['gemini-2.0-flash', { reasoning_effort: 'low' }],
    ['gemini-2.5-flash', { logit_bias: { '50256': -100 } }],
    ['gemini-2.5-flash', { user: 'me' }],
    ['gemini-2.5-flash', { toString: 'x' }],
    ['gemini-2.5-flash', { max_tokens: 1, max_completion_tokens: 1 }],
    ['gemini-2.5-flash', { model: 'other' }],
    ['gemini-2.5-flash', { stream: true }],
    ['gemini-2.5-flash', { response_format: { type: 'xml' } }],
    ['gemini-2.5-flash', { extra_body: { other: 1 } }],
    ['gemini-2.5-flash', { extra_body: { google: { thinking_config: { budget: 1 } } } }],
    ['gemini-2.5-flash', { extra_body: { google: { safety: 1 } } }],
    [
      'gemini-2.5-flash',
      { reasoning_effort: 'low', extra_body: { google: { thinking_config: { thinking_budget: 0 } } } },
    ],
  ])('of %s that have no equivalent are refused: %j', (model, parameters) => {
    const refused = () => geminiContent.forms(definitionOf({ model, parameters }));

    expect(refused).toThrow(CallError);
    expect(refused).toThrow(/^parameters: "[\w: ]+"/);
  });
});

describe("an answer in Gemini's own form", () => {
  it('is the texts of the first candidate, without what the model thinks to itself', () => {
    const parts = [{ text: 'hm', thought: true }, { text: 'A ' }, { text: 'mug' }, { inlineData: {} }];

    expect(read({ candidates: [{ content: { parts }, finishReason: 'STOP' }] })).toEqual({
      end: 'complete',
      reason: 'STOP',
      answer: 'A mug',
      usage: undefined,
      model: undefined,
    });
  });

  it('says the model and the usage, with thoughts as output and the cache as a part of the input', () => {
    const usageMetadata = {
      ...{ promptTokenCount: 100, cachedContentTokenCount: 60, toolUsePromptTokenCount: 5 },
      ...{ candidatesTokenCount: 20, thoughtsTokenCount: 30, totalTokenCount: 155 },
    };

    expect(read({ candidates: [], usageMetadata, modelVersion: 'gemini-2.5-flash' })).toMatchObject({
      usage: { input: 105, output: 50, cached: 60 },
      model: 'gemini-2.5-flash',
    });
  });

  it.each<[string, ModelAnswer['end']]>([
    ['STOP', 'complete'],
    ['MAX_TOKENS', 'truncated'],
    ['CONTINUATION', 'truncated'],
    ['SAFETY', 'refused'],
    ['RECITATION', 'refused'],
    ['LANGUAGE', 'refused'],
    ['BLOCKLIST', 'refused'],
    ['PROHIBITED_CONTENT', 'refused'],
    ['SPII', 'refused'],
    ['OTHER', 'broken'],
    ['MALFORMED_FUNCTION_CALL', 'broken'],
    ['A_NEW_ONE', 'broken'],
  ])('that ended by %s is %s', (finishReason, end) => {
    expect(read({ candidates: [{ content: { parts: [{ text: 'x' }] }, finishReason }] }).end).toBe(end);
  });

  it('may be a prompt that was blocked', () => {
    const promptFeedback = { blockReason: 'PROHIBITED_CONTENT', blockReasonMessage: 'not this' };
    const usageMetadata = { promptTokenCount: 4 };

    expect(read({ promptFeedback, usageMetadata })).toMatchObject({
      end: 'refused',
      reason: 'PROHIBITED_CONTENT: not this',
      usage: { input: 4, output: 0 },
    });
  });

  it('says in words why it was held back, where there are any', () => {
    const candidates = [{ finishReason: 'SAFETY', finishMessage: 'too hot' }];

    expect(read({ candidates })).toMatchObject({ end: 'refused', reason: 'SAFETY: too hot' });
  });

  it('may hold an error instead', () => {
    const error = { code: 503, message: 'overloaded', status: 'UNAVAILABLE' };

    expect(read({ error })).toEqual({ end: 'error', error });
  });

  it.each<Record<string, JsonValue>>([
    {},
    { candidates: [] },
    { candidates: [{ content: {} }] },
    { candidates: [null] },
    { candidates: [{ content: { role: 'model' }, finishReason: 'STOP' }], promptFeedback: {} },
  ])('has none where nothing is in it: %j', (body) => {
    expect(read(body)).toMatchObject({ end: 'complete', answer: undefined });
  });
});

function bodies(definition: Partial<ModelDefinition>): unknown[] {
  return geminiContent.forms(definitionOf(definition)).map((form) => JSON.parse(form.body(PROMPT)));
}

function read(body: JsonObject): ModelAnswer {
  return geminiContent.read(body);
}
