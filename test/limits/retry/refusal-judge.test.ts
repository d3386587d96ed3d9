import { describe, expect, it } from 'vitest';
import { RefusalJudge } from '../../../src/limits/retry/refusal-judge.js';

/** A judge after so many calls were taken, the last of which has the number before `taken`. */
function judgeAfter(taken: number) {
  const judge = new RefusalJudge();
  for (let nth = 0; nth < taken; nth++) judge.taken(nth);
  return judge;
}

describe('a refusal', () => {
  it('holds up its own row where a call that started later was taken', () => {
    const judge = judgeAfter(3);
    judge.taken(4);

    expect(judge.refused(3, { isInDoubt: false, started: 10 })).toBe('row');
  });

  it('waits for what becomes of the calls that started later', () => {
    expect(judgeAfter(3).refused(3, { isInDoubt: false, started: 10 })).toBe('row-unless-more');
  });

  it('holds up all where no later call is out and few were taken', () => {
    expect(judgeAfter(19).refused(19, { isInDoubt: false, started: 20 })).toBe('all');
  });

  it('costs one call more where no later call is out and many were taken', () => {
    expect(judgeAfter(20).refused(20, { isInDoubt: false, started: 21 })).toBe('row-unless-more');
  });

  it('costs no call more where a limit was met lately', () => {
    const judge = judgeAfter(20);
    judge.refused(20, { isInDoubt: false, started: 21 });
    judge.refused(21, { isInDoubt: true, started: 22 });
    for (let nth = 22; nth < 62; nth++) judge.taken(nth);

    expect(judge.refused(62, { isInDoubt: false, started: 63 })).toBe('all');
  });

  it('meets a limit where the calls after it are refused too', () => {
    const judge = judgeAfter(3);

    const extents = [3, 4, 5].map((nth, n) => judge.refused(nth, { isInDoubt: n > 0, started: 10 }));

    expect(extents).toEqual(['row-unless-more', 'row-unless-more', 'limit']);
  });

  it('meets it with fewer where no other call is out', () => {
    const judge = judgeAfter(3);
    judge.refused(3, { isInDoubt: false, started: 5 });

    expect(judge.refused(4, { isInDoubt: true, started: 5 })).toBe('limit');
  });

  it('meets it during a pause, and where headers say that nothing is left', () => {
    expect(judgeAfter(100).refused(100, { isInDoubt: true, started: 150 })).toBe('limit');
  });

  it('meets it where many of the last calls were refused, whatever was taken in between', () => {
    const judge = judgeAfter(100);
    const extents = [];
    for (let nth = 100; nth < 120; nth += 5) {
      judge.taken(nth + 1);
      extents.push(judge.refused(nth, { isInDoubt: false, started: nth + 2 }));
    }

    expect(extents).toEqual(['row', 'row', 'row', 'limit']);
  });
});

describe('a limit', () => {
  const inDoubt = { isInDoubt: true, started: 1_000 };

  it('is worth looking for when it is met twice, with calls taken in between', () => {
    const judge = judgeAfter(10);
    judge.refused(10, inDoubt);
    judge.refused(11, inDoubt);
    expect(judge.tellsOfLimit).toBe(false);

    judge.taken(12);
    judge.refused(13, inDoubt);

    expect(judge.tellsOfLimit).toBe(true);
  });

  it('is not where no call was ever taken: that is an outage', () => {
    const judge = judgeAfter(0);
    for (let nth = 0; nth < 50; nth++) judge.refused(nth, inDoubt);

    expect(judge.tellsOfLimit).toBe(false);
  });

  it('is forgotten after 200 calls', () => {
    const judge = judgeAfter(10);
    judge.refused(10, inDoubt);
    for (let nth = 11; nth < 211; nth++) judge.taken(nth);

    judge.refused(211, inDoubt);

    expect(judge.tellsOfLimit).toBe(false);
  });
});
