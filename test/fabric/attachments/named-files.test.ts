import { describe, expect, it } from 'vitest';
import { namedFiles } from '../../../src/fabric/attachments/named-files.js';
import { CallError } from '../../../src/fabric/call-error.js';
import type { JsonValue } from '../../../src/rows/row.js';

const named = (photo: JsonValue) => namedFiles({ photo }, { columns: ['photo'], folder: '/in' });

describe('the files that a row names', () => {
  it('are paths from the input’s folder, and URLs', () => {
    expect(named('a/b.png')).toEqual([
      { kind: 'path', written: 'a/b.png', path: '/in/a/b.png', name: 'b.png' },
    ]);
    expect(named(' /x/b.png ')).toMatchObject([{ path: '/x/b.png' }]);
    expect(named('https://pictures.example/b.PDF?key=1')).toEqual([
      { kind: 'link', url: 'https://pictures.example/b.PDF?key=1', type: 'application/pdf' },
    ]);
    expect(named('https://pictures.example/b')).toMatchObject([{ type: undefined }]);
  });

  it('may be a list, in a cell as a JSON array', () => {
    expect(named('["a.png", "b.png"]')).toMatchObject([{ name: 'a.png' }, { name: 'b.png' }]);
    expect(named(['a.png', 'https://x.example/'])).toMatchObject([{ kind: 'path' }, { kind: 'link' }]);
    expect(named('./[1].png')).toMatchObject([{ path: '/in/[1].png' }]);
  });

  it('are none where the column is empty', () => {
    expect([named(''), named('  '), named(null), named([]), named('[]')].flat()).toEqual([]);
    expect(namedFiles({}, { columns: ['photo'], folder: '/in' })).toEqual([]);
  });

  it('of several columns go in the order of these', () => {
    const places = { columns: ['back', 'front'], folder: '/in' };

    expect(namedFiles({ front: 'f.png', back: 'b.png' }, places)).toMatchObject([
      { name: 'b.png' },
      { name: 'f.png' },
    ]);
  });

  it.each<[JsonValue, RegExp]>([
    ['file:///etc/passwd', /^photo: wanted a path, or an http or https URL, got file:$/],
    ['data:image/png;base64,AAAA', /got data:$/],
    ['s3://bucket/a.png', /got s3:$/],
    ['https://me:secret@pictures.example/a.png', /^photo: a URL with a user or a password is not sent/],
    ['https://[', /its URL cannot be read/],
    ['[a.png', /no JSON array/],
    [7, /wanted a path, a URL or a list/],
    [['a.png', 7], /all of them texts/],
    ['a\0.png', /NUL/],
  ])('cannot be %j', (value, message) => {
    let error: unknown;
    try {
      named(value);
    } catch (caught) {
      error = caught;
    }

    expect(error).toBeInstanceOf(CallError);
    expect(error).toMatchObject({ kind: 'unprocessable', message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('secret');
  });
});
