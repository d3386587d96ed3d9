import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksLikeKey } from '../../../src/fabric/file/key-looks.js';
import { defined, LEAST, refusal } from './fabric-folder.js';

// Made up, in the forms of several services.
const KEYS = [
  'sk-proj-Zx81yHq0uTn3Lw9bVc27Rk',
  'sk-ant-api03-Q7m2Xb9LkT4',
  'sk-or-v1-0123456789abcdef0123456789abcdef',
  'gsk_A1b2C3d4E5f6G7h8',
  'xai-A1b2C3d4E5f6',
  'hf_A1b2C3d4E5f6G7',
  'AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6',
  '0123456789abcdef0123456789abcdef',
  'AKIA0123456789ABCDEF',
];
const NOT_REPEATED = 'keyEnv is the name of the variable that holds the key, not the key itself';

describe('a key that stands in a file', () => {
  it.each(KEYS)('as keyEnv is refused and not repeated: %s', async (key) => {
    const lines = await refusal(`${LEAST}keyEnv: ${JSON.stringify(key)}\n`);

    expect(lines).toEqual([`x.yaml:4: keyEnv: ${NOT_REPEATED}`]);
  });

  it.each(KEYS)('anywhere else is not repeated either: %s', async (key) => {
    const quoted = JSON.stringify(key);
    const files = [
      `${LEAST}${key}: x\n`,
      `${LEAST}onTruncate: ${quoted}\n`,
      `${LEAST}concurrency: ${quoted}\n`,
      `${LEAST}limits: {requests: ${quoted}}\n`,
      `${LEAST}parameters: {user: ${quoted}}\n`,
      `${LEAST}parameters: ${quoted}\n`,
      `${LEAST}parameters: {api_key: ${quoted}}\n`,
      `${LEAST}baseUrl: https://user:${key}@example.org/v1\n`,
      `${LEAST}baseUrl: https://example.org/v1?api-key=${key}\n`,
      `${LEAST}baseUrl: https://example.org/v1#${key}\n`,
      `${LEAST}baseUrl: ${quoted}\n`,
      `${LEAST}baseUrl: ${key}://example.org\n`,
      `${LEAST}system: "{{ a | ${key} }}"\n`,
      `${LEAST}system: "{% ${key} %}"\n`,
      `${LEAST}system: "{% render '${key}' %}"\n`,
      `${LEAST}output: {type: object, properties: {a: {type: ${quoted}}}}\n`,
      `${LEAST}output: {type: ${quoted}}\n`,
      `provider: ${quoted}\nmodel: x\nprompt: y\n`,
      `provider: llama\nmodel: ${quoted}\nprompt: y\n`,
      `${LEAST}keyEnv: *${key}\n`,
      `${LEAST}a: b: ${key}\n`,
      `${LEAST}${key}: 1\n${key}: 2\n`,
    ];

    const said = (await Promise.all(files.map((yaml) => refusal(yaml)))).flat();

    expect(said.length).toBeGreaterThanOrEqual(files.length);
    for (const line of said) expect(line).not.toContain(key);
  });

  it('is no name of a variable', async () => {
    const lines = await Promise.all(
      ['my-key', `A${'B'.repeat(64)}`, '1KEY', 'MY KEY', ''].map((name) =>
        refusal(`${LEAST}keyEnv: ${JSON.stringify(name)}\n`),
      ),
    );

    const none = 'wanted the name of a variable, such as OPENAI_API_KEY, got something else';
    expect(lines.flat()).toEqual(
      [NOT_REPEATED, NOT_REPEATED, none, none, none].map((text) => `x.yaml:4: keyEnv: ${text}`),
    );
  });
});

describe('the name of a variable', () => {
  it.each([
    'OPENAI_API_KEY',
    'KEY2',
    '_key',
    'azure_openai_key',
    'TEAM_GATEWAY_KEY_FOR_THE_NIGHTLY_JOBS_2026',
  ])('is taken as one: %s', async (keyEnv) => {
    const definition = await defined(`${LEAST}keyEnv: ${keyEnv}\n`);

    expect(definition).toMatchObject({ keyEnv });
  });

  it('in capitals with a pause now and then never looks like a key', () => {
    const word = fc.stringMatching(/^[A-Z]{1,12}$/);

    fc.assert(
      fc.property(fc.array(word, { minLength: 2, maxLength: 5 }), (words) => {
        expect(looksLikeKey(`${words.join('_')}_2`)).toBe(false);
      }),
    );
  });
});

describe('an address is refused', () => {
  it.each([
    ['ftp://example.org/', 'wanted an http or https address, got ftp://'],
    ['example.org/v1', 'wanted an address such as https://api.openai.com/v1, got something else'],
    [
      'https://a:b@example.org/v1',
      'wanted an address without a user or a password; keyEnv names the variable of the key',
    ],
    ['https://example.org/v1?key=1', 'wanted an address with no query but ?api-version=…'],
    ['https://example.org/v1?api-version=1&key=1', 'wanted an address with no query but ?api-version=…'],
    ['"https://example.org/v1#a"', 'wanted an address without a #'],
  ])('%s', async (baseUrl, wanted) => {
    const lines = await refusal(`${LEAST}baseUrl: ${baseUrl}\n`);

    expect(lines).toEqual([`x.yaml:4: baseUrl: ${wanted}`]);
  });
});
