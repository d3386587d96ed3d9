import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { fabricFolder, LEAST, refusal, refusalIn } from './fabric-folder.js';

/** A line added to the least fabric file is line 4. */
const FIELDS: readonly [what: string, yaml: string, wanted: string][] = [
  [
    'an unknown field with its nearest',
    'promt: x',
    'x.yaml:4: promt: there is no such field, perhaps "prompt"',
  ],
  [
    'an unknown field that is like no other',
    'temperature: 0.2',
    'x.yaml:4: temperature: there is no such field; there are name, provider, fabricId, model, apiVersion, baseUrl, keyEnv, system, prompt, attachments, maxPixels, parameters, output, onTruncate, limits, concurrency, batchApi, price; what is sent to the model as it is stands under parameters',
  ],
  [
    'an unknown limit',
    'limits: {token: 5}',
    'x.yaml:4: limits.token: there is no such field, perhaps "tokens"',
  ],
  ['a field of the wrong kind', 'system: [a, b]', 'x.yaml:4: system: wanted text, got a list'],
  ['a field without a value', 'system:', 'x.yaml:4: system: wanted text, got nothing'],
  ['a name of two lines', 'name: "a\\nb"', 'x.yaml:4: name: wanted a name, got "a\\nb"'],
  ['an empty name', 'name: ""', 'x.yaml:4: name: wanted a name, got ""'],
  ['an unknown word', 'onTruncate: cut', 'x.yaml:4: onTruncate: wanted fail or keep, got "cut"'],
  [
    'a rate that is none',
    'limits:\n  requests: 5/week',
    'x.yaml:5: limits.requests: wanted calls a minute such as 500, or 500/min, 20/s, 5000/h, auto or none, got "5/week"',
  ],
  [
    'a rate of nothing',
    'limits: {requests: 0}',
    'x.yaml:4: limits.requests: wanted calls a minute such as 500, or 500/min, 20/s, 5000/h, auto or none, got 0',
  ],
  [
    'tokens that are no whole number',
    'limits:\n  requests: 5\n  tokens: 60k',
    'x.yaml:6: limits.tokens: wanted a whole number of tokens a minute, got "60k"',
  ],
  ['limits that are none', 'limits: 5', 'x.yaml:4: limits: wanted requests, tokens or both, got 5'],
  [
    'a concurrency of none',
    'concurrency: 0',
    'x.yaml:4: concurrency: wanted a whole number of calls in flight, or auto, got 0',
  ],
  [
    'a concurrency in words',
    'concurrency: many',
    'x.yaml:4: concurrency: wanted a whole number of calls in flight, or auto, got "many"',
  ],
  [
    'parameters that are none',
    'parameters: 0.5',
    'x.yaml:4: parameters: wanted parameters by their names, such as temperature: 0.2, got 0.5',
  ],
  [
    'an output that is none',
    'output: text',
    'x.yaml:4: output: wanted the parts of an answer such as { urgent: boolean }, or a JSON schema, got "text"',
  ],
  [
    'a fabric id for a model',
    'fabricId: x',
    'x.yaml:4: fabricId: it has no place here: only a fabric of provider promptha has one',
  ],
];

describe('refuses, with its line,', () => {
  it.each(FIELDS)('%s', async (_what, yaml, wanted) => {
    const lines = await refusal(LEAST + yaml);

    expect(lines).toEqual([wanted]);
  });

  it('a file without a provider, or with an unknown one', async () => {
    const none = await refusal('# a comment\n\nmodel: x\nprompt: y\n');
    const unknown = await refusal('model: x\nprovider: gemini\nprompt: y\n');

    expect(none).toEqual(['x.yaml:3: provider: wanted openai, anthropic, promptha or llama, got nothing']);
    expect(unknown).toEqual([
      'x.yaml:2: provider: wanted openai, anthropic, promptha or llama, got "gemini"',
    ]);
  });

  it('a model without a name or a prompt', async () => {
    const lines = await refusal('provider: anthropic\n');

    expect(lines).toEqual([
      "x.yaml:1: model: wanted a model's name, got nothing",
      'x.yaml:1: prompt: wanted the text that is sent for a row, got nothing',
    ]);
  });

  it('a prompt of spaces', async () => {
    const lines = await refusal('provider: openai\nmodel: x\nprompt: "  "\n');

    expect(lines).toEqual(['x.yaml:3: prompt: wanted text, got " "']);
  });

  it('what a fabric at Promptha has there', async () => {
    const lines = await refusal(
      'provider: promptha\nmodel: m\nsystem: s\nprompt: p\nparameters: {a: 1}\nonTruncate: keep\n',
    );

    expect(lines).toEqual([
      'x.yaml:2: model: it has no place here: a fabric at Promptha has its model there',
      'x.yaml:3: system: it has no place here: a fabric at Promptha has its prompt there',
      'x.yaml:4: prompt: it has no place here: a fabric at Promptha has its prompt there',
      'x.yaml:5: parameters: it has no place here: a fabric at Promptha has its parameters there',
      'x.yaml:6: onTruncate: it has no place here: Promptha does not say whether an answer was cut off',
    ]);
  });

  it('a model file that is none, or that has an address', async () => {
    const lines = await refusal(
      'provider: llama\nmodel: m.bin\nprompt: p\nbaseUrl: http://127.0.0.1:1\nkeyEnv: A\n',
    );

    expect(lines).toEqual([
      'x.yaml:2: model: wanted the path of a .gguf file, got "m.bin"',
      'x.yaml:4: baseUrl: it has no place here: a model in a file has no address',
      'x.yaml:5: keyEnv: it has no place here: a model in a file needs no key',
    ]);
  });

  it('everything at once, in the order of the file', async () => {
    const lines = await refusal(
      [
        'provider: openai',
        'modell: x',
        'prompt: |',
        '  {{ name | upcse }}',
        '  {% if a %}{{ b | dwncase }}{% endif %}',
        'parameters: {n: 2}',
        'concurrency: -1',
        'concurrency: 3',
        'output: {type: array}',
      ].join('\n'),
    );

    expect(lines).toEqual([
      "x.yaml:1: model: wanted a model's name, got nothing",
      'x.yaml:2: modell: there is no such field, perhaps "model"',
      'x.yaml:4: prompt: unknown filter "upcse", perhaps "upcase"',
      'x.yaml:5: prompt: unknown filter "dwncase", perhaps "downcase"',
      'x.yaml:6: parameters.n: wanted 1: a row has one answer',
      'x.yaml:8: concurrency: it is there twice',
      'x.yaml:9: output.type: wanted "object", got "array": an answer has named parts',
    ]);
  });
});

const YAML: readonly [what: string, yaml: string, wanted: string][] = [
  ['tabs', 'a:\n\tb: 1', 'x.yaml:2: not YAML: Tabs are not allowed as indentation'],
  ['an open quote', 'a: "x\n', 'x.yaml:2: not YAML: Missing closing "quote'],
  [
    'a colon in plain text',
    'prompt: Say: hello',
    'x.yaml:1: not YAML: Nested mappings are not allowed in compact mappings',
  ],
  [
    'a template that has to be quoted',
    'provider: openai\nprompt: {{ name }} is here',
    'x.yaml:2: a text that begins with { or [ has to stand in quotes, or under a |',
  ],
  ['a second document', 'a: 1\n---\nb: 2', 'x.yaml:2: wanted one document, got another one after ---'],
  [
    'a tag of its own',
    'a: !!js/function x',
    'x.yaml:1: not YAML: Unresolved tag: tag:yaml.org,2002:js/function',
  ],
  ['bytes', 'a: !!binary aGk=', 'x.yaml:1: wanted text or a number, got bytes'],
  ['a number that JSON has not', 'a: 1\nb: .inf', 'x.yaml:2: wanted a number, got Infinity'],
  ['an alias of nothing', 'a: *b', 'x.yaml:1: there is no &b before this *b'],
  ['an alias of what it is in', 'a: &a\n  b: *a', 'x.yaml:2: it holds itself'],
  ['no fields', '# nothing', 'x.yaml:1: wanted fields such as provider, model and prompt, got nothing'],
  ['a list', '- a', 'x.yaml:1: wanted fields such as provider, model and prompt, got a list'],
];

describe('refuses as YAML', () => {
  it.each(YAML)('%s', async (_what, yaml, wanted) => {
    const lines = await refusal(yaml);

    expect(lines).toEqual([wanted]);
  });

  it('aliases that grow without end', async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const below = level === 0 ? '"x"' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array.from({ length: 9 }, () => below).join(', ')}]`;
    });

    const lines = await refusal(levels.join('\n'));

    expect(lines).toEqual([expect.stringMatching(/^x\.yaml: not YAML: Excessive alias count/)]);
  });
});

describe('refuses as a file', () => {
  it('what is not there, or is a folder', async () => {
    const folder = await temporaryFolder();

    const missing = await refusalIn(folder);
    await mkdir(join(folder, 'x.yaml'));
    const directory = await refusalIn(folder);

    expect(missing).toEqual(['x.yaml: there is no such file']);
    expect(directory).toEqual(['x.yaml: wanted a file, got a folder']);
  });

  it('what is not UTF-8', async () => {
    const lines = await refusal(Buffer.from('name: caf\xe9', 'latin1'));

    expect(lines).toEqual(['x.yaml: wanted UTF-8 text, got bytes that are none']);
  });

  it('what is larger than 1 MB', async () => {
    const lines = await refusal(`# ${'x'.repeat(1_000_000)}`);

    expect(lines).toEqual(['x.yaml: wanted at most 1 MB, got 1000002 bytes']);
  });

  it('an included file that is larger, or not UTF-8', async () => {
    const folder = await fabricFolder(
      'provider: openai\nmodel: x\nprompt: |\n  {% render "large" %}\n  {% render "latin" %}\n',
      { 'large.liquid': 'x'.repeat(1_000_001) },
    );
    await writeFile(join(folder, 'latin.liquid'), Buffer.from('caf\xe9', 'latin1'));

    const lines = await refusalIn(folder);

    expect(lines).toEqual([
      'x.yaml:4: prompt: the included file "large.liquid": wanted at most 1 MB, got 1000001 bytes',
      'x.yaml:5: prompt: the included file "latin.liquid": wanted UTF-8 text, got bytes that are none',
    ]);
  });
});
