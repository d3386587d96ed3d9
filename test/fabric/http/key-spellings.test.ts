import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeySpellings } from '../../../src/fabric/http/key-spellings.js';

const KEY = 'sk-very-secret-0123456789-abcdefghij-QUITE-LONG-key';
const spellings = new KeySpellings(KEY);

const escaped = (text: string) =>
  [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe('a key in a body of JSON', () => {
  it.each([
    ['with the first letter escaped', `{"message":"Bearer \\u0073${KEY.slice(1)} is wrong"}`],
    ['with all of it escaped', `{"message":"Bearer ${escaped(KEY)} is wrong"}`],
    ['in capitals of hex', `{"message":"Bearer ${escaped(KEY).replaceAll('6b', '6B')} is wrong"}`],
    ['in JSON within JSON', JSON.stringify({ message: `{"key":"${escaped(KEY)}"} is wrong` })],
    ['in JSON within that', JSON.stringify({ message: JSON.stringify(JSON.stringify(escaped(KEY))) })],
    ['as a name', `{"headers":{"${escaped(KEY)}":1}}`],
    ['as a code, deep down', `{"error":[[{"code":"${escaped(KEY)}"}]]}`],
    ['in a URL', JSON.stringify({ url: `https://a/?key=${KEY.replaceAll('-', '%2D')}` })],
    [
      'in a URL within a URL',
      JSON.stringify({ url: `https://a/?u=b%3Fkey%3D${KEY.replaceAll('-', '%252d')}` }),
    ],
    ['in HTML', JSON.stringify({ page: `<p>${KEY.replaceAll('-', '&#45;').replaceAll('e', '&#x65;')}</p>` })],
    ['in a text that ends too soon', `{"message":"Bearer ${escaped(KEY)}`],
  ])('is masked %s', (_, body) => {
    const masked = spellings.maskBody(body);

    expect(masked).toContain('[key]');
    expect(decodedFully(masked)).not.toContain(KEY.slice(0, 12));
    expect(decodedFully(masked)).not.toContain(KEY.slice(-12));
  });

  it.each(['', 'a', 'ab', 'user:', 'Bearer '])('is masked in base64, behind %j', (before) => {
    const encoded = Buffer.from(`${before}${KEY}:more`).toString('base64');

    const masked = spellings.maskBody(JSON.stringify({ authorization: `Basic ${encoded}` }));

    expect(masked).toMatch(/Basic [\w+/=]{0,12}\[key\][\w+/=]{0,10}"/);
  });

  it('is masked where half of it or more stands alone', () => {
    const half = Math.ceil(KEY.length / 2);

    expect(spellings.maskBody(`{"a":"${KEY.slice(0, half)}","b":"${KEY.slice(-half)}"}`)).toBe(
      '{"a":"[key]","b":"[key]"}',
    );
    expect(spellings.maskBody(`{"cut":"${KEY.slice(3, 3 + half)} …"}`)).toBe('{"cut":"[key] …"}');
    expect(spellings.maskBody(`{"begins":"${KEY.slice(0, 10)}"}`)).toContain(KEY.slice(0, 10));
  });

  it('leaves everything else as it stood, digits and escapes too', () => {
    const around = '{"id":9007199254740993,"price":1.10,"text":"\\u00e9\\u0041\\/ \\"yes\\"","key":"';

    expect(spellings.maskBody(`${around}${KEY}"}`)).toBe(`${around}[key]"}`);
    expect(spellings.maskBody(`${around}"}`)).toBe(`${around}"}`);
  });

  it('is not seen in an escape and what comes after it', () => {
    const nvapi = new KeySpellings('nvapi-0123456789-0123456789');

    const body = '{"text":"a\\nvapi-0123456789-0123456789"}';

    expect(JSON.parse(nvapi.maskBody(body))).toBeTypeOf('object');
  });

  it('is masked whatever is escaped of it, and the rest of the body stays JSON with the same values', () => {
    const keys = fc.stringMatching(/^[!-~]{12,60}$/);
    fc.assert(
      fc.property(
        keys,
        fc.string(),
        fc.string(),
        fc.infiniteStream(fc.boolean()),
        (key, before, after, chance) => {
          fc.pre(![before, after].some((text) => text.includes('[') || text.includes(']')));
          const spelled = [...key]
            .map((character) =>
              chance.next().value ? escaped(character) : JSON.stringify(character).slice(1, -1),
            )
            .join('');
          const body = `{"n":1.10,"said":"${inJson(before)} ${spelled} ${inJson(after)}"}`;

          const { said } = JSON.parse(new KeySpellings(key).maskBody(body)) as { said: string };

          expect(said).toContain('[key]');
          expect(said).not.toContain(key);
        },
      ),
    );
  });
});

it('a key in a text that is no JSON is masked', () => {
  expect(spellings.maskBody(`<html>"${KEY.replaceAll('-', '&#45;')}"</html>`)).toBe('<html>"[key]"</html>');
  expect(spellings.maskBody(`the key ${escaped(KEY)} is wrong`)).toBe('the key [key] is wrong');
});

it.each(['"', '\\', '\\"', '%25', '&#', '{"\\u0041', '"\\u0041\\\\'])(
  'two million characters of %j are looked through at once',
  (text) => {
    expect(spellings.maskBody(text.repeat(2_000_000 / text.length))).not.toContain('[key]');
  },
);

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

/** With all escapes of JSON, URLs and HTML undone, again and again. */
function decodedFully(text: string): string {
  const decoded = text
    .replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#x([\da-f]+);/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll('\\\\', '\\');
  return decoded === text ? text : decodedFully(decoded);
}
