import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerMemory, QUESTION_LENGTH, type Remembered } from '../../src/batch/answer-memory.js';
import type { Answer } from '../../src/fabric/fabric.js';
import type { Failure } from '../../src/fabric/row-result.js';

const KILOBYTE = 1024;

function questionOf(n: number): string {
  return hash('sha256', `question ${n}`, 'base64url').slice(0, QUESTION_LENGTH);
}

/** Questions that all belong to the same place of the table. */
function crowdedQuestionOf(n: number): string {
  return `AAAAA${questionOf(n)}`.slice(0, QUESTION_LENGTH);
}

function bytesOf(result: Remembered): number {
  return QUESTION_LENGTH + 5 + Buffer.byteLength(JSON.stringify(result));
}

const FAILURE: Failure = {
  kind: 'unprocessable',
  status: 422,
  message: 'too short: „ä“',
  attempts: 1,
  failedAt: '2026-01-05T00:00:00.000Z',
};

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('', '!', '🦊'.repeat(40), '\ud800 alone', 'null'),
);
const results: fc.Arbitrary<Remembered> = fc.oneof(
  { weight: 5, arbitrary: texts.map((answer) => ({ answer })) },
  fc.jsonValue({ maxDepth: 2 }).map((value) => ({ answer: JSON.parse(JSON.stringify(value)) as Answer })),
  texts.map((message) => ({ failure: { ...FAILURE, message } })),
);
const steps = fc.array(
  fc.record({ n: fc.nat(80), result: results, isRestored: fc.boolean(), isAsked: fc.boolean() }),
  { maxLength: 250 },
);

describe('a memory of answers', () => {
  it.each([
    ['hashes', questionOf],
    ['hashes that collide', crowdedQuestionOf],
  ])('finds only what was put into it, whatever was forgotten (%s)', (_, of) => {
    fc.assert(
      fc.property(steps, (all) => {
        const memory = new AnswerMemory(KILOBYTE, 8 * KILOBYTE);
        // The first that was ever put in, and any later one: what was forgotten may come again with another answer.
        const given = new Map<string, Remembered[]>();
        for (const { n, result, isRestored, isAsked } of all) {
          const question = of(n);
          if (isRestored) memory.restore(question, result);
          else memory.add(question, result);
          given.set(question, [...(given.get(question) ?? []), result]);
          if (isAsked) expect(given.get(question)).toContainEqual(memory.find(question) ?? result);
        }

        for (const [question, known] of given) {
          const found = memory.find(question);
          if (found !== undefined) expect(known).toContainEqual(found);
        }
        expect(memory.find(of(1_000))).toBeUndefined();
        expect(memory.capacity).toBeLessThanOrEqual(8 * KILOBYTE);
      }),
    );
  });

  it('finds everything that fits', () => {
    fc.assert(
      fc.property(fc.array(results, { maxLength: 60 }), (all) => {
        const memory = new AnswerMemory(256 * KILOBYTE);
        all.forEach((result, n) => {
          memory.add(questionOf(n), result);
        });

        expect(all.map((_, n) => memory.find(questionOf(n)))).toEqual(all);
      }),
    );
  });

  it('keeps the first answer to a question', () => {
    const memory = new AnswerMemory(KILOBYTE);

    memory.add(questionOf(1), { answer: 'first' });
    memory.add(questionOf(1), { answer: 'second' });

    expect(memory.find(questionOf(1))).toEqual({ answer: 'first' });
  });

  it('tells a failure from an answer that looks like one', () => {
    const memory = new AnswerMemory(4 * KILOBYTE);

    memory.add(questionOf(1), { failure: FAILURE });
    memory.add(questionOf(2), { answer: `!${JSON.stringify(FAILURE)}` });

    expect(memory.find(questionOf(1))).toEqual({ failure: FAILURE });
    expect(memory.find(questionOf(2))).toEqual({ answer: `!${JSON.stringify(FAILURE)}` });
  });

  it('forgets the oldest first, and stays as large as it is, while nothing is found in it', () => {
    const memory = new AnswerMemory(4 * KILOBYTE, 64 * KILOBYTE);
    const answers = Array.from(
      { length: 400 },
      (_, n): Remembered => ({ answer: `answer ${n} ${'ä'.repeat(n % 40)}` }),
    );
    answers.forEach((answer, n) => {
      memory.add(questionOf(n), answer);
    });

    expect(memory.capacity).toBe(4 * KILOBYTE);
    expect(memory.find(questionOf(0))).toBeUndefined();
    // At least half of the room holds the last ones; the table may have lost a few of them.
    let bytes = 0;
    let lost = 0;
    for (let n = 399; bytes + bytesOf(answers[n] ?? FAILED) < 2 * KILOBYTE; n--) {
      bytes += bytesOf(answers[n] ?? FAILED);
      const found = memory.find(questionOf(n));
      if (found === undefined) lost++;
      else expect(found).toEqual(answers[n]);
    }
    expect(lost).toBeLessThanOrEqual(1);
  });

  it('grows, once it is of use, and keeps all that it has', () => {
    const memory = new AnswerMemory(4 * KILOBYTE, 64 * KILOBYTE);
    memory.add(questionOf(0), { answer: 'answer 0' });
    memory.find(questionOf(0));

    for (let n = 1; n < 500; n++) memory.add(questionOf(n), { answer: `answer ${n} ${'x'.repeat(60)}` });

    const found = Array.from({ length: 500 }, (_, n) => memory.find(questionOf(n)));
    expect(found.filter((one) => one === undefined)).toEqual([]);
    expect(found.at(-1)).toEqual({ answer: `answer 499 ${'x'.repeat(60)}` });
    expect(memory.capacity).toBe(64 * KILOBYTE);
  });

  it('restores into as much room as there was, and into no more', () => {
    const memory = new AnswerMemory(4 * KILOBYTE, 64 * KILOBYTE);
    memory.makeRoom(32 * KILOBYTE);

    for (let n = 0; n < 500; n++) memory.restore(questionOf(n), { answer: 'x'.repeat(60) });

    expect(memory.find(questionOf(0))).toBeUndefined();
    expect(memory.find(questionOf(200))).toEqual({ answer: 'x'.repeat(60) });
    expect(memory.capacity).toBe(32 * KILOBYTE);
  });

  it('goes on to grow where it had grown before an interruption', () => {
    const memory = new AnswerMemory(4 * KILOBYTE, 64 * KILOBYTE);
    memory.makeRoom(8 * KILOBYTE);

    for (let n = 0; n < 200; n++) memory.add(questionOf(n), { answer: 'x'.repeat(60) });

    expect(memory.capacity).toBeGreaterThan(8 * KILOBYTE);
    expect(memory.find(questionOf(0))).toEqual({ answer: 'x'.repeat(60) });
  });

  it('restores a text from its bytes as from the text itself', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 60 }), (all) => {
        const memory = new AnswerMemory(256 * KILOBYTE);
        all.forEach((answer, n) => {
          const bytes = Buffer.from(`before ${answer} after`);
          memory.restoreText(questionOf(n), bytes, 'before '.length, bytes.length - ' after'.length);
        });

        expect(all.map((_, n) => memory.find(questionOf(n)))).toEqual(all.map((answer) => ({ answer })));
      }),
    );
  });

  it('does not remember an answer that would push out most of the others', () => {
    const memory = new AnswerMemory(4 * KILOBYTE, 4 * KILOBYTE);
    memory.add(questionOf(1), { answer: 'short' });

    memory.add(questionOf(2), { answer: 'x'.repeat(3 * KILOBYTE) });

    expect(memory.find(questionOf(2))).toBeUndefined();
    expect(memory.find(questionOf(1))).toEqual({ answer: 'short' });
  });
});

const FAILED: Remembered = { failure: FAILURE };
