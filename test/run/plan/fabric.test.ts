import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FabricFileError } from '../../../src/fabric/file/fabric-file-error.js';
import { decideFabric, type FabricSettings } from '../../../src/run/plan/fabric.js';
import { SetUpError } from '../../../src/run/settings/set-up-error.js';
import { temporaryFolder } from '../../support/temporary-folder.js';

const BASE_URL = 'https://api.promptha.com/v1';
const KEY = 'pk-secret';
const HOSTED: FabricSettings = { fabric: 'summary', environment: { PROMPTHA_API_KEY: KEY } };

describe('a fabric that is named', () => {
  it('is one at Promptha, with the key', async () => {
    expect(await decideFabric(HOSTED)).toEqual({
      kind: 'promptha',
      id: 'summary',
      source: { kind: 'name', text: 'summary' },
      definitionHash: null,
      definition: {
        provider: 'promptha',
        name: 'summary',
        fabricId: 'summary',
        keyEnv: 'PROMPTHA_API_KEY',
        baseUrl: BASE_URL,
        limits: {},
      },
      apiKey: KEY,
    });
  });

  it.each([
    ['https://api.promptha.com/v1/', 'https://api.promptha.com/v1'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['https://x.test/a/b//', 'https://x.test/a/b'],
  ])('has the base %s without the slash at its end', async (baseUrl, kept) => {
    expect(await decideFabric({ ...HOSTED, baseUrl })).toMatchObject({ definition: { baseUrl: kept } });
  });

  it.each([
    ['http://a', 'http://b', 'http://a'],
    [undefined, 'http://b', 'http://b'],
    [undefined, '', BASE_URL],
  ])(
    'has the base of the option (%s), else of the environment (%s), else the default',
    async (option, variable, used) => {
      const environment = { ...HOSTED.environment, PROMPTHA_BASE_URL: variable };

      const plan = await decideFabric({
        ...HOSTED,
        environment,
        ...(option === undefined ? {} : { baseUrl: option }),
      });

      expect(plan).toMatchObject({ definition: { baseUrl: used } });
    },
  );

  it.each(['reviews', 'reviws'])('named %s without a key may be the fabric file beside', async (name) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'reviews.yaml'), '');

    await expect(decideFabric({ fabric: join(folder, name), environment: {} })).rejects.toThrow(
      `did you mean ${join(folder, 'reviews.yaml')}?`,
    );
  });

  it('needs no key and no base on this machine', async () => {
    expect(await decideFabric({ fabric: ' local:summary ', baseUrl: 'no URL', environment: {} })).toEqual({
      kind: 'local',
      id: 'local:summary',
      source: { kind: 'name', text: 'local:summary' },
      definitionHash: null,
      name: 'summary',
    });
  });

  it('needs no key where its calls are made elsewhere, and does not look for one', async () => {
    const without = await decideFabric({ fabric: 'summary', environment: {}, callsElsewhere: true });
    const beside = await decideFabric({ ...HOSTED, callsElsewhere: true });

    expect(without).toMatchObject({ kind: 'promptha', apiKey: undefined });
    expect(JSON.stringify(beside)).not.toContain(KEY);
  });

  it.each<[string, Partial<FabricSettings>, RegExp]>([
    ['an empty fabric', { fabric: ' ' }, /--fabric is empty/],
    [
      'an unknown one on this machine',
      { fabric: 'local:poem' },
      /no on-device fabric "local:poem"; there are local:/,
    ],
    [
      'a misspelled one on this machine',
      { fabric: 'local:sentimnt' },
      /"local:sentimnt" \(did you mean local:sentiment\?\); there are/,
    ],
    [
      'no key, of the name of one on this machine',
      { fabric: 'sentimnt', environment: {} },
      /needs a key: set PROMPTHA_API_KEY \(or use local:sentiment, which needs none\)/,
    ],
    ['no key', { environment: {} }, /needs a key: set PROMPTHA_API_KEY/],
    ['an empty key', { environment: { PROMPTHA_API_KEY: '' } }, /needs a key: set PROMPTHA_API_KEY/],
    [
      'a key with a line end',
      { environment: { PROMPTHA_API_KEY: `${KEY}\n` } },
      /holds a character that no key has/,
    ],
    [
      'a base with a password that is not escaped',
      { baseUrl: 'http://me:p/SECRET@a' },
      /^(?!.*SECRET).*wanted a URL/,
    ],
    ['a base with one in its path', { baseUrl: 'http://me:1/SECRET@a' }, /^(?!.*SECRET).*must hold no user/],
    ['a base that is no URL', { baseUrl: 'promptha' }, /--base-url: wanted a URL such as .*, got "promptha"/],
    ['another protocol', { baseUrl: 'file:///etc' }, /wanted an http or https URL, got file:/],
    [
      'a password in the base',
      { baseUrl: 'https://me:pk-secret@x.test/v1' },
      /must hold no user, password or query/,
    ],
    [
      'a query in the base',
      { baseUrl: 'https://x.test/v1?key=pk-secret' },
      /must hold no user, password or query/,
    ],
  ])('is refused for %s, without showing a secret', async (_what, changed, says) => {
    const error: unknown = await decideFabric({ ...HOSTED, ...changed }).catch((thrown) => thrown);

    expect(error).toBeInstanceOf(SetUpError);
    expect(String(error)).toMatch(says);
    expect(String(error)).not.toContain(KEY);
  });
});

describe('a fabric file', () => {
  async function file(text: string): Promise<string> {
    const path = join(await temporaryFolder(), 'shout.yaml');
    await writeFile(path, text);
    return path;
  }
  const SHOUT = 'provider: openai\nmodel: small\nkeyEnv: SHOUT_KEY\nprompt: Shout {{ name }}\n';

  it('is a model with the key that its variable holds', async () => {
    const path = await file(SHOUT);

    const plan = await decideFabric({ fabric: path, environment: { SHOUT_KEY: KEY } });

    expect(plan).toMatchObject({
      kind: 'model',
      id: 'shout',
      source: { kind: 'path', text: path },
      definition: { model: 'small', baseUrl: 'https://api.openai.com/v1' },
      apiKey: KEY,
    });
    expect(plan.definitionHash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('needs no key where its calls are made elsewhere', async () => {
    const path = await file(SHOUT);

    const plan = await decideFabric({ fabric: path, environment: {}, callsElsewhere: true });

    expect(plan).toMatchObject({ kind: 'model', definition: { keyEnv: 'SHOUT_KEY' }, apiKey: undefined });
  });

  it('is called where --base-url says, and stays the same fabric', async () => {
    const path = await file(SHOUT);
    const environment = { SHOUT_KEY: KEY };

    const own = await decideFabric({ fabric: path, environment });
    const moved = await decideFabric({ fabric: path, environment, baseUrl: 'http://127.0.0.1:9/v1/' });

    expect(moved).toMatchObject({ definition: { baseUrl: 'http://127.0.0.1:9/v1' } });
    expect(moved.definitionHash).toBe(own.definitionHash);
  });

  it('of a service that takes any caller needs no key', async () => {
    const path = await file(
      'provider: openai\nmodel: m\nbaseUrl: http://localhost:11434/v1\nprompt: Hi {{ name }}\n',
    );

    expect(await decideFabric({ fabric: path, environment: {} })).toMatchObject({ apiKey: undefined });
  });

  it('may be one at Promptha', async () => {
    const path = await file('name: describe\nprovider: promptha\nfabricId: product-description\n');

    expect(await decideFabric({ ...HOSTED, fabric: path })).toMatchObject({
      kind: 'promptha',
      id: 'describe',
      definition: { fabricId: 'product-description', baseUrl: BASE_URL },
      apiKey: KEY,
    });
  });

  it('is refused where its key is missing, with the name of the variable', async () => {
    const path = await file(SHOUT);

    await expect(decideFabric({ ...HOSTED, fabric: path })).rejects.toThrow(
      /"shout" needs a key: set SHOUT_KEY$/,
    );
  });

  it('is refused where it is wrong, with its line', async () => {
    const path = await file('provider: openai\nprompt: Hi\nmodell: small\n');

    const error: unknown = await decideFabric({ ...HOSTED, fabric: path }).catch((thrown) => thrown);

    expect(error).toBeInstanceOf(FabricFileError);
    expect(String(error)).toMatch(/shout\.yaml:3: .*modell/);
  });
});
