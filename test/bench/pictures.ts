import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

const PICTURE_BYTES = 300_000;

/** Writes a table of so many rows, each with a picture of 300 KB beside it. */
export function writePictures(input: string, rows: number): void {
  const folder = dirname(input);
  mkdirSync(folder, { recursive: true });
  const picture = Buffer.alloc(PICTURE_BYTES, 0x5a);
  picture.write('\x89PNG\r\n\x1a\n', 'latin1');
  picture.writeUInt32BE(1_000, 16);
  picture.writeUInt32BE(800, 20);
  const table = ['id,photo'];
  for (let row = 1; row <= rows; row++) {
    // What is equal is asked about once.
    picture.writeUInt32BE(row, 100);
    writeFileSync(`${folder}/${row}.png`, picture);
    table.push(`${row},${row}.png`);
  }
  writeFileSync(input, `${table.join('\n')}\n`);
}
