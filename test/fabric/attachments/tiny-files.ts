import { crc32, deflateSync } from 'node:zlib';

export function bytesOf(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1');
}

/** A whole picture of one colour. */
export function png(width: number, height: number, colour = 0): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 0, 0, 0, 0], 8);
  const lines = Buffer.alloc((width + 1) * height, colour);
  for (let line = 0; line < height; line++) lines[line * (width + 1)] = 0;
  const mark = bytesOf('\x89PNG\r\n\x1a\n');
  return Buffer.concat([
    mark,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([bytesOf(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** The head of a JPEG, behind comments of so many bytes each. */
export function jpeg(width: number, height: number, ...comments: number[]): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const segments = comments.map((bytes) => {
    const segment = Buffer.alloc(2 + bytes);
    segment.set([0xff, 0xfe]);
    segment.writeUInt16BE(bytes, 2);
    return segment;
  });
  const jfif = Buffer.from([0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), jfif, ...segments, frame]);
}

export function gif(width: number, height: number): Buffer {
  const size = Buffer.alloc(7);
  size.writeUInt16LE(width, 0);
  size.writeUInt16LE(height, 2);
  return Buffer.concat([bytesOf('GIF89a'), size]);
}

export function webp(width: number, height: number): Buffer {
  const canvas = Buffer.alloc(10);
  canvas.writeUIntLE(width - 1, 4, 3);
  canvas.writeUIntLE(height - 1, 7, 3);
  return Buffer.concat([bytesOf('RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0'), canvas]);
}
