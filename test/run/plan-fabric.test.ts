import { expect, it } from 'vitest';
import { decideFabric } from '../../src/run/plan-fabric.js';
import { SetUpError } from '../../src/run/set-up-error.js';

const HOSTED = { fabric: 'summary', baseUrl: 'https://api.promptha.com/v1', apiKey: 'pk-secret' };

it('takes an id for a fabric at Promptha, with the key', () => {
  expect(decideFabric(HOSTED)).toEqual({ kind: 'promptha', id: 'summary', ...pick(HOSTED) });
});

it.each([
  ['https://api.promptha.com/v1/', 'https://api.promptha.com/v1'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['https://x.test/a/b//', 'https://x.test/a/b'],
])('takes the base %s without the slash at its end', (baseUrl, kept) => {
  expect(decideFabric({ ...HOSTED, baseUrl })).toMatchObject({ baseUrl: kept });
});

it('needs no key and no base for a fabric on this machine', () => {
  expect(decideFabric({ fabric: ' local:summary ', baseUrl: 'no URL' })).toEqual({
    kind: 'local',
    id: 'local:summary',
    name: 'summary',
  });
});

it.each<[string, Partial<typeof HOSTED>, RegExp]>([
  ['an empty fabric', { fabric: ' ' }, /--fabric is empty/],
  [
    'an unknown one on this machine',
    { fabric: 'local:poem' },
    /no on-device fabric "local:poem"; there are local:/,
  ],
  ['a file', { fabric: 'my.yaml' }, /fabric files cannot be run yet/],
  ['an empty key', { apiKey: '' }, /needs a key: set PROMPTHA_API_KEY/],
  ['a key with a line end', { apiKey: 'pk-secret\n' }, /holds a character that no key has/],
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
])('refuses %s, without showing a secret', (_what, changed, says) => {
  const decide = () => decideFabric({ ...HOSTED, ...changed });

  expect(decide).toThrow(SetUpError);
  expect(decide).toThrow(says);
  expect(decide).not.toThrow(/pk-secret/);
});

it('refuses a hosted fabric without a key', () => {
  const { apiKey: _, ...withoutKey } = HOSTED;

  expect(() => decideFabric(withoutKey)).toThrow(/set PROMPTHA_API_KEY/);
});

function pick({ baseUrl, apiKey }: typeof HOSTED) {
  return { baseUrl, apiKey };
}
