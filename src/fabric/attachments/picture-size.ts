import type { MediaType } from './media-type.js';

/** In pixels, as the file has it: a camera's turn of the picture is not looked at. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Reads bytes of the file: `length` at most, from `position` on. */
export type ReadAt = (position: number, length: number) => Promise<Buffer>;

/**
 * The size of a picture, which its head tells; only that of a JPEG may stand farther behind. Undefined where the file
 * is no picture, or is too damaged to tell.
 *
 * @param head the first bytes of the file
 */
export async function pictureSizeOf(
  type: MediaType,
  head: Buffer,
  readAt: ReadAt,
): Promise<PictureSize | undefined> {
  try {
    switch (type) {
      case 'image/png':
        return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
      case 'image/gif':
        return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
      case 'image/webp':
        return webpSize(head);
      case 'image/jpeg':
        return await jpegSize(head, readAt);
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** (developers.google.com/speed/webp/docs/riff_container) */
function webpSize(head: Buffer): PictureSize | undefined {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** Segments before the size: thumbnails, colours, comments. More than this is no picture. */
const MOST_SEGMENTS = 500;

/** Goes from segment to segment until the frame, which has the size. (ITU T.81, B) */
async function jpegSize(head: Buffer, readAt: ReadAt): Promise<PictureSize | undefined> {
  let at = 2;
  for (let segment = 0; segment < MOST_SEGMENTS; segment++) {
    const bytes = at + 9 <= head.length ? head.subarray(at, at + 9) : await readAt(at, 9);
    if (bytes[0] !== 0xff) return undefined;
    const marker = bytes.readUInt8(1);
    if (isFrame(marker)) return { width: bytes.readUInt16BE(7), height: bytes.readUInt16BE(5) };
    if (marker === 0xda || marker === 0xd9) return undefined;
    // 0xff may be repeated before a marker, and some markers stand alone.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + bytes.readUInt16BE(2);
  }
  return undefined;
}

/** SOF0 to SOF15, but for DHT, JPG and DAC, which are numbered among them. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
