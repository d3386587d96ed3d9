import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { QuestionSet } from '../../../src/run/trial/question-set.js';

const questionOf = (n: number) => hash('sha256', `question ${n}`, 'base64url').slice(0, 22);

describe('a set of questions', () => {
  it('tells the first time from all others', () => {
    const set = new QuestionSet();

    const answers = [1, 2, 1, 3, 2, 1].map((n) => set.isNew(questionOf(n)));

    expect(answers).toEqual([true, true, false, true, false, false]);
  });

  it('mixes up none of two hundred thousand', () => {
    const set = new QuestionSet();
    const count = 200_000;
    const questions = Array.from({ length: count }, (_, n) => questionOf(n));

    let firstRound = 0;
    let secondRound = 0;
    for (const question of questions) if (set.isNew(question)) firstRound++;
    for (const question of questions) if (set.isNew(question)) secondRound++;

    expect([firstRound, secondRound, set.isFull]).toEqual([count, 0, false]);
  });

  it('says when it is full, and takes what it has no room for as new', () => {
    const set = new QuestionSet(2);
    set.isNew(questionOf(1));
    set.isNew(questionOf(2));
    const wasFull = set.isFull;

    const third = [set.isNew(questionOf(3)), set.isNew(questionOf(3))];
    const known = set.isNew(questionOf(1));

    expect({ wasFull, third, known, isFull: set.isFull }).toEqual({
      wasFull: false,
      third: [true, true],
      known: false,
      isFull: true,
    });
  });
});
