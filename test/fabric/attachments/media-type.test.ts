import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foreignTypeOf, mediaTypeOf } from '../../../src/fabric/attachments/media-type.js';
import { pictureSizeOf } from '../../../src/fabric/attachments/picture-size.js';
import { bytesOf, gif, jpeg, png, webp } from './tiny-files.js';

const readNothing = async () => Buffer.alloc(0);

describe('the type of a file', () => {
  it.each([
    ['image/png', png(3, 5)],
    ['image/jpeg', jpeg(3, 5)],
    ['image/gif', gif(3, 5)],
    ['image/webp', webp(3, 5)],
    ['application/pdf', bytesOf('%PDF-1.7\n')],
    ['application/pdf', bytesOf(`${'\0'.repeat(1000)}%PDF-1.4\n`)],
    ['audio/wav', bytesOf('RIFF\x24\0\0\0WAVEfmt ')],
    ['audio/mpeg', bytesOf('ID3\x04\0\0\0\0\0\0')],
    ['audio/mpeg', Buffer.from([0xff, 0xfb, 0x90, 0x64])],
  ])('is %s by its content', (type, head) => {
    expect(mediaTypeOf(head)).toBe(type);
  });

  it.each([
    ['HTML, XML or SVG', bytesOf(' <svg xmlns="…">')],
    ['a HEIC picture', bytesOf('\0\0\0\x18ftypheic')],
    ['an AVIF picture', bytesOf('\0\0\0\x1cftypavif')],
    ['a ZIP archive, or an Office document', bytesOf('PK\x03\x04')],
    ['an empty file', Buffer.alloc(0)],
    ['a TIFF picture', bytesOf('II*\0')],
    [undefined, bytesOf('RIFF\x24\0\0\0AVI LIST')],
    // AAC has the same sync word as MP3.
    [undefined, Buffer.from([0xff, 0xf1, 0x50, 0x80])],
    [undefined, bytesOf('name,price\n')],
  ])('that no service takes is %s', (name, head) => {
    expect(mediaTypeOf(head)).toBeUndefined();
    expect(foreignTypeOf(head)).toBe(name);
  });
});

describe('the size of a picture', () => {
  it.each([
    ['image/png', png(640, 480)],
    ['image/jpeg', jpeg(640, 480)],
    ['image/gif', gif(640, 480)],
    ['image/webp', webp(640, 480)],
  ] as const)('stands in its head (%s)', async (type, head) => {
    expect(await pictureSizeOf(type, head, readNothing)).toEqual({ width: 640, height: 480 });
  });

  it('of a JPEG stands behind a profile of any length', async () => {
    const whole = jpeg(300, 200, 60_000);
    const readAt = async (at: number, length: number) => whole.subarray(at, at + length);

    expect(await pictureSizeOf('image/jpeg', whole.subarray(0, 1000), readAt)).toEqual({
      width: 300,
      height: 200,
    });
  });

  it('of a damaged one is not known', async () => {
    expect(await pictureSizeOf('image/png', png(3, 5).subarray(0, 18), readNothing)).toBeUndefined();
    expect(await pictureSizeOf('image/jpeg', jpeg(3, 5).subarray(0, 24), readNothing)).toBeUndefined();
  });

  it('is that of a picture among the fixtures', async () => {
    const lamp = readFileSync('fixtures/pictures/red-lamp.png');

    expect(await pictureSizeOf('image/png', lamp, readNothing)).toEqual({ width: 32, height: 32 });
  });
});
