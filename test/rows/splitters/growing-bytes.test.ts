import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GrowingBytes } from '../../../src/rows/splitters/growing-bytes.js';

it('holds what was appended and not dropped, and writes into nobody else’s bytes', () => {
  const step = fc.record({
    chunk: fc.uint8Array({ maxLength: 40 }),
    drop: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const growing = new GrowingBytes();
      const given: { chunk: Buffer; copy: Buffer }[] = [];
      let expected = Buffer.alloc(0);
      for (const { chunk: bytes, drop } of steps) {
        const chunk = Buffer.from(bytes);
        given.push({ chunk, copy: Buffer.from(bytes) });
        growing.append(chunk);
        expected = Buffer.concat([expected, bytes]);
        const dropped = Math.floor(drop * expected.length);
        growing.drop(dropped);
        expected = expected.subarray(dropped);

        expect(growing.length).toBe(expected.length);
        expect(growing.bytes.equals(expected)).toBe(true);
      }
      expect(given.every(({ chunk, copy }) => chunk.equals(copy))).toBe(true);
    }),
  );
});
