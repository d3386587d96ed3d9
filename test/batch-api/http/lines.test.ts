import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf } from '../../../src/batch-api/http/lines.js';

describe('the lines of a file that comes in pieces', () => {
  it('are the same wherever it is cut, whatever its texts hold', async () => {
    const line = fc
      .string({ unit: fc.constantFrom('a', 'ü', '😀', '\u2028', '\u2029', '\u0085', ' ', '"'), minLength: 1 })
      .filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(line),
        fc.constantFrom('\n', '\r\n', '\n\n', '\r\n\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (lines, end, isLastEnded, size) => {
          const text = lines.join(end) + (isLastEnded ? end : '');

          expect((await linesIn(Buffer.from(text), size, 10_000)).map(({ text }) => text)).toEqual(lines);
        },
      ),
    );
  });

  it('tell whether the last one has an end', async () => {
    const ended = await linesIn(Buffer.from('a\nb\n'), 3, 100);
    const cut = await linesIn(Buffer.from('a\nb'), 3, 100);

    expect(ended.map(({ isEnded }) => isEnded)).toEqual([true, true]);
    expect(cut.map(({ isEnded }) => isEnded)).toEqual([true, false]);
  });

  it('are cut where one is longer than allowed, and go on behind it', async () => {
    const long = 'x'.repeat(5_000);

    const lines = await linesIn(Buffer.from(`a\n${long}\nb\n`), 64, 1_000);

    expect(lines.map(({ text }) => text)).toEqual(['a', 'x'.repeat(200), 'b']);
  });
});

async function linesIn(bytes: Buffer, size: number, maxBytes: number) {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const lines = [];
  for await (const line of linesOf(pieces(), maxBytes)) lines.push(line);
  return lines;
}
