import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fabricSchema } from '../../docs/generate/fabric-schema.js';

const FABRICS = new URL('../../fixtures/fabrics/', import.meta.url);
const WRITTEN = new URL('../../docs/reference/fabric-file.schema.json', import.meta.url);
const check = new Ajv({ formats: { uri: true }, allowUnionTypes: true }).compile(fabricSchema());

const MODEL = { provider: 'openai', model: 'gpt-6-luna', prompt: 'Say {{ name }}' };

/** Where a fabric file is wrong, as an editor would mark it. */
function wrongPlaces(fields: object): string[] {
  check(fields);
  return (check.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}

describe('docs/reference/fabric-file.schema.json', () => {
  it('is what `npm run docs` writes', () => {
    expect(JSON.parse(readFileSync(WRITTEN, 'utf8'))).toEqual(fabricSchema());
  });

  it.each(readdirSync(FABRICS).filter((name) => name.endsWith('.yaml')))(
    '%s matches it, and names it',
    (name) => {
      const text = readFileSync(new URL(name, FABRICS), 'utf8');
      const [, schema = ''] = /^# yaml-language-server: \$schema=(.+)$/m.exec(text) ?? [];

      expect(wrongPlaces(parse(text))).toEqual([]);
      expect(new URL(schema, new URL(name, FABRICS)).href).toBe(WRITTEN.href);
    },
  );

  it.each([
    [{ provider: 'promptha', fabricId: 'product-description' }],
    [{ ...MODEL, concurrency: 'auto', limits: { requests: '20/s', tokens: 50_000 } }],
    [{ ...MODEL, limits: { requests: 500 }, price: { input: 3, output: 15, currency: 'EUR' } }],
    [{ ...MODEL, output: { topic: ['delivery', 'other'], 'urgent?': 'boolean', 'title (short)': 'string' } }],
    [
      {
        ...MODEL,
        output: { tags: ['string'], people: [{ name: 'string', stars: [1, 2, 3] }], type: 'string' },
      },
    ],
    [{ ...MODEL, output: { type: 'object', properties: { a: { type: 'string', minLength: 1 } } } }],
    [
      {
        provider: 'openai',
        model: 'gpt-6-luna',
        steps: [
          { name: 'topic', prompt: 'Sort {{ body }}', output: { topic: ['delivery', 'other'] } },
          { name: 'mood', when: 'steps.topic.topic != "other"', fabric: 'local:sentiment', inputs: ['body'] },
        ],
      },
    ],
    [{ steps: [{ name: 'reply', ...MODEL }] }],
  ])('takes %j', (fields) => {
    expect(wrongPlaces(fields)).toEqual([]);
  });

  it.each([
    ['an unknown provider', { ...MODEL, provider: 'openia' }, '/provider enum'],
    ['a field that there is not', { ...MODEL, temprature: 0 }, ' additionalProperties'],
    ['a model without a prompt', { provider: 'openai', model: 'gpt-6-luna' }, ' required'],
    ['what a provider has no use for', { ...MODEL, fabricId: 'a' }, '/fabricId not'],
    ['a rate that is none', { ...MODEL, limits: { requests: '20 per second' } }, '/limits/requests pattern'],
    ['no rate', { ...MODEL, limits: { requests: 0 } }, '/limits/requests exclusiveMinimum'],
    ['a key in the place of its variable', { ...MODEL, keyEnv: 'sk-abc-def' }, '/keyEnv pattern'],
    ['a negative price', { ...MODEL, price: { call: -1 } }, '/price/call minimum'],
    [
      'answers that are no objects',
      { ...MODEL, output: { type: 'string', properties: { a: {} } } },
      '/output/type const',
    ],
    ['a type that there is not', { ...MODEL, output: { urgent: 'bool' } }, '/output/urgent enum'],
    ['a single choice', { ...MODEL, output: { topic: ['delivery'] } }, '/output/topic minItems'],
    ['a step without a name', { steps: [{ prompt: 'x' }] }, '/steps/0 required'],
    ['a field that no step has', { steps: [{ name: 'a', wen: 'x' }] }, '/steps/0 additionalProperties'],
    ['a prompt beside steps', { ...MODEL, steps: [{ name: 'a', prompt: 'x' }] }, '/prompt not'],
    ['a name that is none', { ...MODEL, output: { '?': 'string' } }, '/output propertyNames'],
  ])('refuses %s', (_, fields, place) => {
    expect(wrongPlaces(fields)).toContain(place);
  });

  it('describes each field', () => {
    const { properties } = fabricSchema() as { properties: Record<string, { description?: string }> };

    expect(Object.keys(properties).filter((name) => !properties[name]?.description)).toEqual([]);
  });
});
