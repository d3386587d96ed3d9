import { describe, expect, it } from 'vitest';
import { defined, LEAST, refusal } from './fabric-folder.js';

const OUTPUT = 'output: {type: object, properties: {a: {type: string}}}\n';

describe('parameters', () => {
  it.each([
    ['model: x', 'model: it has a field of its own: model'],
    ['messages: []', 'messages: they are made of system and prompt'],
    ['system: x', 'system: it has a field of its own: system'],
    ['prompt: x', 'prompt: it has a field of its own: prompt'],
    ['stream: true', 'stream: wanted no stream: answers are read whole'],
    ['n: 2', 'n: wanted 1: a row has one answer'],
    ['api_key: x', 'api_key: a key has no place in a file: keyEnv names its variable'],
    ['x-api-key: x', 'x-api-key: a key has no place in a file: keyEnv names its variable'],
    ['apiKey: x', 'apiKey: a key has no place in a file: keyEnv names its variable'],
    ['Authorization: x', 'Authorization: a key has no place in a file: keyEnv names its variable'],
    ['access_token: x', 'access_token: a key has no place in a file: keyEnv names its variable'],
    [
      'user: sk-proj-abc123',
      'user: it looks like a key, which has no place in a file: keyEnv names its variable',
    ],
    [
      'extra_headers: {a: [Bearer sk-ant-abc123]}',
      'extra_headers.a[0]: it looks like a key, which has no place in a file: keyEnv names its variable',
    ],
  ])('are refused with %s', async (parameter, wanted) => {
    const lines = await refusal(`${LEAST}parameters:\n  temperature: 0\n  ${parameter}\n`);

    expect(lines).toEqual([`x.yaml:6: parameters.${wanted}`]);
  });

  it.each(['response_format', 'output_config', 'tools', 'tool_choice'])(
    'may shape the answer by %s only where no output does',
    async (name) => {
      const parameters = `parameters:\n  ${name}: {format: x}\n`;

      const alone = await defined(LEAST + parameters);
      const beside = await refusal(LEAST + parameters + OUTPUT);

      expect(alone).toMatchObject({ parameters: { [name]: { format: 'x' } } });
      expect(beside).toEqual([
        `x.yaml:5: parameters.${name}: it would stand against output, which shapes the answer`,
      ]);
    },
  );

  it('may say how much a model thinks, whatever shapes the answer', async () => {
    const definition = await defined(`${LEAST}parameters:\n  output_config: {effort: low}\n${OUTPUT}`);

    expect(definition).toMatchObject({ parameters: { output_config: { effort: 'low' } } });
  });

  it('are passed on as they are', async () => {
    const definition = await defined(
      `${LEAST}parameters: {max_tokens: 5, max_completion_tokens: 6, logit_bias: {"50256": -100}, stop: [a], seed: 7}\n`,
    );

    expect(definition).toMatchObject({
      parameters: {
        max_tokens: 5,
        max_completion_tokens: 6,
        logit_bias: { '50256': -100 },
        stop: ['a'],
        seed: 7,
      },
    });
  });
});

const SCHEMAS: readonly [what: string, yaml: string, wanted: string][] = [
  [
    'whose root is no object',
    'output:\n  type: array',
    'x.yaml:5: output.type: wanted "object", got "array": an answer has named parts',
  ],
  [
    'without a type',
    'output:\n  properties: {a: {}}',
    'x.yaml:4: output.type: wanted "object", got nothing: an answer has named parts',
  ],
  [
    'without properties',
    'output:\n  type: object',
    'x.yaml:4: output.properties: wanted the parts of an answer by their names, got nothing',
  ],
  [
    'with none of them',
    'output:\n  type: object\n  properties: {}',
    'x.yaml:6: output.properties: wanted the parts of an answer by their names, got none',
  ],
  [
    'with a list of them',
    'output:\n  type: object\n  properties: [a]',
    'x.yaml:6: output.properties: wanted the parts of an answer by their names, got a list',
  ],
  [
    'with a type that there is not',
    'output:\n  type: object\n  properties:\n    a:\n      type: strng',
    'x.yaml:8: output.properties.a.type: must be equal to one of the allowed values, got "strng"',
  ],
  [
    'with a wrong keyword deep in it, under a name that is no word',
    'output:\n  type: object\n  properties:\n    a/b c:\n      type: array\n      items:\n        minLength: long',
    'x.yaml:10: output.properties.a/b c.items.minLength: must be integer, got "long"',
  ],
  [
    'with required parts that are no list',
    'output:\n  type: object\n  properties: {a: {}}\n  required: a',
    'x.yaml:7: output.required: must be array, got "a"',
  ],
];

describe('an output schema is refused', () => {
  it.each(SCHEMAS)('%s', async (_what, yaml, wanted) => {
    const lines = await refusal(LEAST + yaml);

    expect(lines).toEqual([wanted]);
  });

  it('that refers to what is not in it', async () => {
    const lines = await refusal(
      `${LEAST}output: {type: object, properties: {a: {$ref: "https://example.org/a.json"}}}\n`,
    );

    expect(lines).toEqual([expect.stringMatching(/^x\.yaml:4: output: .*can't resolve reference/)]);
  });

  it('with a pattern that is none', async () => {
    const lines = await refusal(`${LEAST}output: {type: object, properties: {a: {pattern: "("}}}\n`);

    expect(lines).toEqual([expect.stringMatching(/^x\.yaml:4: output.*: .*\(/)]);
  });

  it('of a draft that is not known', async () => {
    const lines = await refusal(
      `${LEAST}output: {$schema: "http://json-schema.org/draft-04/schema#", type: object, properties: {a: {}}}\n`,
    );

    expect(lines).toEqual([expect.stringMatching(/^x\.yaml:4: output: .*draft-07/)]);
  });
});

describe('an output schema is taken', () => {
  it.each([
    'https://json-schema.org/draft/2020-12/schema',
    'http://json-schema.org/draft-07/schema#',
    'http://json-schema.org/draft-07/schema',
  ])('of %s', async ($schema) => {
    const definition = await defined(
      `${LEAST}output: {$schema: "${$schema}", type: object, properties: {a: {type: string, format: date}}}\n`,
    );

    expect(definition.output).toMatchObject({ $schema });
  });

  it('with parts of its own, and aliases of YAML', async () => {
    const definition = await defined(
      [
        `${LEAST}output:`,
        '  type: object',
        '  properties: {a: &part {$ref: "#/$defs/part"}, b: *part}',
        '  $defs: {part: {type: [string, "null"]}}',
      ].join('\n'),
    );

    expect(definition.output).toMatchObject({ properties: { b: { $ref: '#/$defs/part' } } });
  });
});

describe('apiVersion', () => {
  const ANTHROPIC = 'provider: anthropic\nmodel: claude-haiku-4-5\nprompt: hi\n';

  it('is that of Anthropic’s API', async () => {
    expect(await defined(`${ANTHROPIC}apiVersion: 2026-10-21\n`)).toMatchObject({ apiVersion: '2026-10-21' });
    expect(await defined(ANTHROPIC)).not.toHaveProperty('apiVersion');
  });

  it.each([
    [
      'apiVersion: latest',
      'apiVersion: wanted a version of Anthropic\'s API, 2023-06-01 or 2026-10-21, got "latest"',
    ],
    [
      'apiVersion: 2026-10-21\nparameters: {temperature: 0, max_tokens: 5}',
      'parameters.temperature: it is refused from apiVersion 2026-10-21 on: leave it out, or leave out apiVersion',
    ],
  ])('is refused as %s', async (lines, problem) => {
    const [line = ''] = await refusal(`${ANTHROPIC}${lines}\n`);

    expect(line.replace(/^x\.yaml:\d+: /, '')).toBe(problem);
  });

  it('has no place beside another provider', async () => {
    const [line = ''] = await refusal(`${LEAST}apiVersion: 2026-10-21\n`);

    expect(line).toContain('apiVersion: it has no place here: only provider anthropic has versions');
  });
});
