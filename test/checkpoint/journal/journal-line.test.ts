import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEntry, parseEntry } from '../../../src/checkpoint/journal/journal-entry.js';
import { rowOfLine, textAnswerOfLine } from '../../../src/checkpoint/journal/journal-line.js';
import type { FinishedResult } from '../../../src/fabric/row-result.js';

const QUESTION = 'q-0_'.repeat(6).slice(0, 22);

function resultOf(number: number, answer: string, more: object = {}): FinishedResult {
  const row = { kind: 'object', number, object: {}, text: '' } as const;
  return { status: 'answered', row, answer, calls: 1, latencyMs: 1.25, ...more };
}

/** A line among others, as it lies in a file. */
function lineOf(line: string) {
  const before = '{"row":1}\n';
  const bytes = Buffer.from(`${before}${line}\n{"row":3,"answer":"of another line"}\n`);
  return { bytes, start: before.length, end: before.length + Buffer.byteLength(line) };
}

describe('a line of the journal that is not parsed', () => {
  it('gives the text that parsing it gives, or nothing', () => {
    const spent = { input: 82, output: 31, cached: 0, cost: 1.5e-7, unpriced: 0 };
    const more = fc.constantFrom(
      {},
      { spent },
      { reused: 'run' },
      { via: 'batch' },
      { spent, reused: 'cache' },
    );
    fc.assert(
      fc.property(fc.nat(), fc.string({ unit: 'binary' }), more, (number, answer, members) => {
        const text = formatEntry(resultOf(number, answer, members), QUESTION);
        const line = lineOf(text);
        const found = textAnswerOfLine(line);

        expect(rowOfLine(line)).toBe(number);
        // What JSON writes with a backslash has to be parsed.
        expect(found === undefined).toBe(JSON.stringify(answer).includes('\\'));
        if (found === undefined) return;
        const { from, to, ...head } = found;
        expect({ ...head, answer: line.bytes.toString('utf8', from, to) }).toEqual({
          row: number,
          question: QUESTION,
          answer: parseEntry(text) && answer,
        });
      }),
    );
  });

  it('is none where it is cut anywhere, or full of zeros from anywhere on', () => {
    const text = formatEntry(resultOf(7, 'a plain answer'), QUESTION);
    const whole = Array.from({ length: text.length }, (_, cut) => text.slice(0, cut));

    const cut = whole.map((part) => textAnswerOfLine(lineOf(part)));
    const zeroed = whole.map((part) => textAnswerOfLine(lineOf(part.padEnd(text.length, '\0'))));

    expect([...cut, ...zeroed].filter((found) => found !== undefined)).toEqual([]);
    expect(textAnswerOfLine(lineOf(text))).toMatchObject({ row: 7, question: QUESTION });
  });

  it('is none where the answer is no text, is another model’s, or is a failure', () => {
    const failure = { kind: 'refused', status: 422, message: 'no', attempts: 1, failedAt: '' } as const;
    const { row } = resultOf(7, '');
    const others = [
      formatEntry(resultOf(7, 'text', { model: 'another' }), QUESTION),
      formatEntry({ status: 'answered', row, answer: { topic: 'a' }, calls: 1, latencyMs: 1 }, QUESTION),
      formatEntry({ status: 'failed', row, failure, calls: 1 }, QUESTION),
      formatEntry(resultOf(7, 'text')),
    ];

    expect(others.map((line) => textAnswerOfLine(lineOf(line)))).toEqual(others.map(() => undefined));
    expect(others.map((line) => rowOfLine(lineOf(line)))).toEqual([7, 7, 7, 7]);
  });
});
