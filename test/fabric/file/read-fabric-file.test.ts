import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFabricFile } from '../../../src/fabric/file/read-fabric-file.js';
import { readRateLimit } from '../../../src/limits/pace/rate-limit.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { defined, fabricFolder, LEAST } from './fabric-folder.js';

describe('a fabric file', () => {
  it('for a model says little, and the rest is filled in', async () => {
    const definition = await defined(LEAST);

    expect(definition).toEqual({
      name: 'x',
      provider: 'openai',
      model: 'gpt-4.1-mini',
      baseUrl: 'https://api.openai.com/v1',
      keyEnv: 'OPENAI_API_KEY',
      prompt: 'Describe {{ name }}',
      partials: {},
      parameters: {},
      onTruncate: 'fail',
      limits: {},
    });
  });

  it('says everything that there is to say', async () => {
    const definition = await defined(
      [
        'name: facts',
        'provider: anthropic',
        'model: claude-haiku-4-5',
        'baseUrl: http://127.0.0.1:8080/v1//',
        'keyEnv: GATEWAY_KEY_2',
        'system: Be exact.',
        'prompt: "{{ text }}"',
        'parameters: {max_tokens: 300, metadata: {user_id: batch}, stop_sequences: [END], stream: false, n: 1}',
        'output: {type: object, properties: {title: {type: string}}}',
        'onTruncate: keep',
        'limits: {requests: 20/s, tokens: 60000}',
        'concurrency: auto',
      ].join('\n'),
    );

    expect(definition).toEqual({
      name: 'facts',
      provider: 'anthropic',
      model: 'claude-haiku-4-5',
      baseUrl: 'http://127.0.0.1:8080/v1',
      keyEnv: 'GATEWAY_KEY_2',
      system: 'Be exact.',
      prompt: '{{ text }}',
      partials: {},
      parameters: {
        max_tokens: 300,
        metadata: { user_id: 'batch' },
        stop_sequences: ['END'],
        stream: false,
        n: 1,
      },
      output: { type: 'object', properties: { title: { type: 'string' } } },
      onTruncate: 'keep',
      limits: { requests: '20/s', tokens: 60000 },
      concurrency: 'auto',
    });
  });

  it('for Promptha needs nothing but that', async () => {
    const least = await defined('provider: promptha\n');
    const named = await defined(
      'provider: promptha\nname: n\nfabricId: f\nbaseUrl: http://127.0.0.1:1/v1/\n',
    );

    expect(least).toEqual({
      name: 'x',
      provider: 'promptha',
      fabricId: 'x',
      keyEnv: 'PROMPTHA_API_KEY',
      limits: {},
    });
    expect(named).toMatchObject({ name: 'n', fabricId: 'f', baseUrl: 'http://127.0.0.1:1/v1' });
  });

  it('for a model in a file names it relative to itself', async () => {
    const folder = await fabricFolder('provider: llama\nmodel: ../models/tiny.gguf\nprompt: "{{ a }}"\n');

    const definition = await readFabricFile(join(folder, 'x.yaml'));

    expect(definition).toEqual({
      name: 'x',
      provider: 'llama',
      model: join(folder, '../models/tiny.gguf'),
      prompt: '{{ a }}',
      partials: {},
      parameters: {},
      onTruncate: 'fail',
      limits: {},
    });
  });

  it('is plain JSON', async () => {
    const definition = await defined(`${LEAST}output: {type: object, properties: {a: {}}}\n`);

    expect(JSON.parse(JSON.stringify(definition))).toStrictEqual(definition);
  });

  it('may begin with a byte order mark and have the line ends of Windows', async () => {
    const definition = await defined(`\ufeff${LEAST}system: |\n  a\n  b\n`.replaceAll('\n', '\r\n'));

    expect(definition).toMatchObject({ provider: 'openai', system: 'a\nb\n' });
  });

  it('may be a link to one, whose included files are beside the link', async () => {
    const folder = await fabricFolder('provider: openai\nmodel: m\nprompt: "{% render \'tone\' %}"\n');
    const other = await temporaryFolder();
    await writeFile(join(other, 'tone.liquid'), 'kind');
    await symlink(join(folder, 'x.yaml'), join(other, 'link.yaml'));

    const definition = await readFabricFile(join(other, 'link.yaml'));

    expect(definition).toMatchObject({ name: 'link', partials: { 'tone.liquid': 'kind' } });
  });
});

describe('the key of a service', () => {
  it.each([
    ['https://api.openai.com/v1/', 'OPENAI_API_KEY'],
    ['https://openrouter.ai/api/v1', undefined],
    ['http://localhost:11434/v1', undefined],
    ['https://api.openai.com.example.org/v1', undefined],
  ])('goes to its own address only: %s', async (baseUrl, keyEnv) => {
    const definition = await defined(`${LEAST}baseUrl: ${baseUrl}\n`);

    expect('keyEnv' in definition ? definition.keyEnv : undefined).toBe(keyEnv);
  });
});

describe('an address', () => {
  it('keeps its api-version', async () => {
    const definition = await defined(
      `${LEAST}baseUrl: https://x.openai.azure.com/openai/deployments/d/?api-version=2024-10-21\n`,
    );

    expect(definition).toMatchObject({
      baseUrl: 'https://x.openai.azure.com/openai/deployments/d?api-version=2024-10-21',
    });
  });
});

describe('limits.requests', () => {
  it.each([
    ['500', '500'],
    ['0.5', '0.5'],
    ['500/min', '500/min'],
    ['20/s', '20/s'],
    ['5000/h', '5000/h'],
    ['auto', 'auto'],
    ['none', 'none'],
  ])('takes %s', async (yaml, requests) => {
    const definition = await defined(`${LEAST}limits: {requests: ${yaml}}\n`);

    expect(definition.limits).toEqual({ requests });
  });

  it('takes what --rate-limit takes, and nothing else', async () => {
    const amount = fc.oneof(fc.nat(), fc.double(), fc.constantFrom('', '1.', '.5', '-1', '1e3'));
    const unit = fc.constantFrom('', '/s', '/sec', '/m', '/min', '/h', '/d', '/', ' /s');
    const rate = fc.oneof(
      fc.tuple(amount, unit).map(([calls, per]) => `${calls}${per}`),
      fc.constantFrom('auto', 'none', 'Auto'),
    );

    await fc.assert(
      fc.asyncProperty(rate, async (text) => {
        const isTaken = await defined(`${LEAST}limits: {requests: ${JSON.stringify(text)}}\n`).then(
          () => true,
          () => false,
        );

        expect(isTaken).toBe(readRateLimit(text) !== undefined);
      }),
      { numRuns: 60 },
    );
  });
});
