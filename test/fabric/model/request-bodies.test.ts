import { describe, expect, it } from 'vitest';
import type { CallError } from '../../../src/fabric/call-error.js';
import type { ModelDefinition } from '../../../src/fabric/definition.js';
import { anthropicMessages } from '../../../src/fabric/model/anthropic-messages.js';
import { openaiChat } from '../../../src/fabric/model/openai-chat.js';
import { schemaName } from '../../../src/fabric/model/request-parts.js';
import type { WireFormat } from '../../../src/fabric/model/wire-format.js';
import { definitionOf, PRODUCT } from './connected.js';

const PROMPT = { system: 'Be brief.', prompt: 'Describe a mug.' };
const IN_WORDS = `Answer with JSON only: one object that matches this JSON schema, with nothing before or after it.\n${JSON.stringify(PRODUCT)}`;
const REPAIR = { answer: '{"title":7}', problem: '/title must be string' };

describe("OpenAI's wire format", () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Describe a mug.' },
  ];

  it('has model, messages and the parameters as they are', () => {
    const parameters = { temperature: 0, max_tokens: 300, stop: ['\n'], logit_bias: { '50256': -100 } };

    expect(bodies(openaiChat, { parameters })).toEqual([
      { model: 'small-1', stream: false, messages, ...parameters },
    ]);
  });

  it.each([undefined, ''])('has no system message where there is nothing to say (%j)', (system) => {
    const [form] = openaiChat.forms(definitionOf());

    const body = JSON.parse(form.body(system === undefined ? { prompt: 'Hi' } : { system, prompt: 'Hi' }));

    expect(body.messages).toEqual([{ role: 'user', content: 'Hi' }]);
  });

  it('asks for a schema in three forms, the best first', () => {
    const inWords = [{ role: 'system', content: `Be brief.\n\n${IN_WORDS}` }, messages[1]];

    expect(bodies(openaiChat, { output: PRODUCT, parameters: { temperature: 1 } })).toEqual([
      {
        ...{ model: 'small-1', stream: false, messages, temperature: 1 },
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'product_description', schema: PRODUCT, strict: true },
        },
      },
      {
        ...{ model: 'small-1', stream: false, messages: inWords, temperature: 1 },
        response_format: { type: 'json_object' },
      },
      { model: 'small-1', stream: false, messages: inWords, temperature: 1 },
    ]);
  });

  it('is not strict about a schema that strict mode does not take', () => {
    const [first] = bodies(openaiChat, { output: { type: 'object', properties: { title: {} } } });

    expect(first).toMatchObject({ response_format: { json_schema: { strict: false } } });
  });

  it('asks for a repair with the bad answer and what was wrong with it', () => {
    const [first] = bodies(openaiChat, { output: PRODUCT }, REPAIR);

    expect(first).toHaveProperty('messages', [
      ...messages,
      { role: 'assistant', content: '{"title":7}' },
      {
        role: 'user',
        content: `That answer cannot be used: /title must be string. Answer again, with the corrected JSON and nothing else: one object that matches this JSON schema.\n${JSON.stringify(PRODUCT)}`,
      },
    ]);
  });
});

describe('a pattern in a schema', () => {
  const sku = (pattern: string) => ({
    type: 'object',
    properties: { sku: { type: 'string', pattern } },
    required: ['sku'],
    additionalProperties: false,
  });
  const schemas = (pattern: string) =>
    bodies(openaiChat, { output: sku(pattern) }).map((body) => body.response_format);

  it('is left out, where it is refused, before the schema is', () => {
    const { sku: plain } = { sku: { type: 'string' } };

    expect(schemas('^[A-Z]{3}$')).toMatchObject([
      { json_schema: { strict: true, schema: sku('^[A-Z]{3}$') } },
      { json_schema: { strict: true, schema: { properties: { sku: plain } } } },
      { type: 'json_object' },
      undefined,
    ]);
    expect(JSON.stringify(schemas('^[A-Z]{3}$')[1])).not.toContain('pattern');
  });

  it.each(['^(?=.*x)', '^(?!x)', '(?<=x)y', '(?<!x)y'])('that looks around is not strict: %s', (pattern) => {
    expect(schemas(pattern)[0]).toMatchObject({ json_schema: { strict: false } });
  });

  it('that names a group may be', () => {
    expect(schemas('^(?<letters>[A-Z]+)$')[0]).toMatchObject({ json_schema: { strict: true } });
  });
});

describe("what Anthropic's structured outputs are sent", () => {
  const output = {
    type: 'object',
    properties: {
      score: { type: 'integer', minimum: 1, maximum: 5, description: 'How good it is.' },
      tags: { type: 'array', items: { type: 'string', maxLength: 20 }, maxItems: 3 },
      pattern: { type: 'string', format: 'iban' },
    },
    required: ['score'],
  };

  it('has no keyword that they refuse, but says it in words', () => {
    const [first] = bodies(anthropicMessages, { output });

    expect(first).toHaveProperty('output_config.format.schema', {
      type: 'object',
      properties: {
        score: { type: 'integer', description: 'How good it is.\n\n{minimum: 1, maximum: 5}' },
        tags: {
          type: 'array',
          items: { type: 'string', description: '{maxLength: 20}' },
          description: '{maxItems: 3}',
        },
        pattern: { type: 'string', description: '{format: "iban"}' },
      },
      required: ['score'],
      additionalProperties: false,
    });
  });

  it('leaves the schema of a forced tool as it is', () => {
    expect(bodies(anthropicMessages, { output })[1]).toHaveProperty('tools[0].input_schema', output);
  });

  it.each([
    ['claude-haiku-5-5', 3],
    ['claude-fable-5', 3],
    ['claude-sonnet-4-6', 3],
    ['claude-sonnet-5-5', 2],
    ['claude-opus-5-5', 2],
    ['claude-fable-5-1', 2],
    ['claude-fable-5-2', 2],
  ])('has no forced tool after it where the model refuses one: %s', (model, forms) => {
    expect(bodies(anthropicMessages, { model, output })).toHaveLength(forms);
  });

  it.each([
    ['claude-haiku-4-5', 4_096],
    ['claude-sonnet-4-20250514', 4_096],
    ['claude-3-5-haiku-latest', 4_096],
    ['claude-sonnet-5', 16_000],
    ['claude-haiku-5-5', 16_000],
  ])('leaves room for thoughts where models think: %s', (model, most) => {
    expect(bodies(anthropicMessages, { model })[0]).toHaveProperty('max_tokens', most);
  });
});

describe("Anthropic's wire format", () => {
  const messages = [{ role: 'user', content: 'Describe a mug.' }];

  it('has a most of tokens even where the fabric does not say', () => {
    expect(bodies(anthropicMessages, { parameters: { top_k: 5 } })).toEqual([
      { model: 'small-1', max_tokens: 4096, system: 'Be brief.', messages, top_k: 5 },
    ]);
    expect(bodies(anthropicMessages, { parameters: { max_tokens: 99 } })).toEqual([
      { model: 'small-1', max_tokens: 99, system: 'Be brief.', messages },
    ]);
  });

  it('asks for a schema in three forms, the best first', () => {
    const common = { model: 'small-1', max_tokens: 4096, messages };
    const system = 'Be brief.';
    const tool = { name: 'product_description', description: 'Takes the answer.', input_schema: PRODUCT };

    expect(bodies(anthropicMessages, { output: PRODUCT })).toEqual([
      { ...common, system, output_config: { format: { type: 'json_schema', schema: PRODUCT } } },
      { ...common, system, tools: [tool], tool_choice: { type: 'tool', name: 'product_description' } },
      { ...common, system: `${system}\n\n${IN_WORDS}` },
    ]);
  });

  it('keeps what else the fabric configures of the output', () => {
    const [first] = bodies(anthropicMessages, {
      output: PRODUCT,
      parameters: { output_config: { effort: 'low' } },
    });

    expect(first).toHaveProperty('output_config', {
      effort: 'low',
      format: { type: 'json_schema', schema: PRODUCT },
    });
  });

  it('asks for a repair in turns that alternate', () => {
    const [first] = bodies(anthropicMessages, { output: PRODUCT }, REPAIR);

    expect(first).toMatchObject({ messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'user' }] });
  });
});

describe.each<[string, WireFormat, string[]]>([
  ['OpenAI', openaiChat, ['model', 'messages', 'stream', 'response_format']],
  ['Anthropic', anthropicMessages, ['model', 'messages', 'system', 'stream', 'tools', 'tool_choice']],
])('parameters that are not for a fabric to set (%s)', (_name, wire, names) => {
  it.each(names)('%s', (name) => {
    const forms = () => wire.forms(definitionOf({ output: PRODUCT, parameters: { [name]: 'x' } }));

    expect(forms).toThrow(expect.objectContaining<Partial<CallError>>({ kind: 'misconfigured' }));
    expect(forms).toThrow(`parameters: "${name}" cannot be set there`);
  });

  it('but for a stream that is not wanted', () => {
    expect(() => wire.forms(definitionOf({ parameters: { stream: false } }))).not.toThrow();
  });
});

describe('a constant system text', () => {
  it('gives way to another, and comes back', () => {
    const [form] = openaiChat.forms(definitionOf());
    const systemOf = (system: string) => JSON.parse(form.body({ system, prompt: 'Hi' })).messages[0].content;

    expect(['a', 'a', 'b', 'a'].map(systemOf)).toEqual(['a', 'a', 'b', 'a']);
  });
});

describe('the name of a schema', () => {
  it.each([
    ['product-description', 'product-description'],
    ['Produkt: Größe & Preis', 'Produkt_Gr_e_Preis'],
    ['x'.repeat(100), 'x'.repeat(64)],
    ['日本語', 'answer'],
    ['', 'answer'],
  ])('is made of the fabric’s: %s', (name, expected) => {
    expect(schemaName(name)).toBe(expected);
  });
});

/** What each of a fabric's forms sends for the same prompt. */
function bodies(
  wire: WireFormat,
  definition: Partial<ModelDefinition>,
  repair?: typeof REPAIR,
): Record<string, unknown>[] {
  return wire.forms(definitionOf(definition)).map((form) => JSON.parse(form.body(PROMPT, repair)));
}
