import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from '../../../src/fabric/definition.js';
import { anthropicMessages } from '../../../src/fabric/model/anthropic-messages.js';
import { geminiContent } from '../../../src/fabric/model/gemini-content.js';
import { openaiChat } from '../../../src/fabric/model/openai-chat.js';
import { promptInBody } from '../../../src/run/batch-api/prompt-in-body.js';

const WIRES = { openaiChat, anthropicMessages, geminiContent };
const SCHEMA = { type: 'object', properties: { text: { type: 'string' } } };
const REPAIR = { answer: '{"other":1}', problem: 'it lacks "text"' };

describe('the prompt in a request', () => {
  it.each(Object.keys(WIRES) as (keyof typeof WIRES)[])('is that of which it was made (%s)', (name) => {
    const definition: ModelDefinition = {
      ...{
        provider: name === 'anthropicMessages' ? 'anthropic' : 'openai',
        name: 'a-fabric',
        model: 'a-model',
      },
      ...{ baseUrl: 'https://example.com/v1', prompt: '', parameters: {}, onTruncate: 'fail' },
      ...{ output: SCHEMA, limits: {}, partials: {} },
    };
    const prompts = [
      { prompt: 'a "question"\n\u2028 with 🎈' },
      { prompt: 'a question', system: 'Be brief.\n\nAnswer with JSON only' },
      { prompt: 'a question', files: '{"type":"image","data":"iVBO"},{"type":"image","data":"/9j/"}' },
    ];

    const forms = WIRES[name].forms(definition);

    expect(forms.length).toBeGreaterThan(1);
    for (const { body } of forms) {
      for (const prompt of prompts) {
        for (const repair of [undefined, REPAIR]) {
          expect(promptInBody(JSON.parse(body(prompt, repair)), SCHEMA)).toEqual(prompt);
        }
      }
    }
  });

  it('is missed where there is none', () => {
    expect(promptInBody({ messages: [] }, undefined)).toBeUndefined();
  });
});
