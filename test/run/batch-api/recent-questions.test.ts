import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RecentQuestions } from '../../../src/run/batch-api/recent-questions.js';

function question(number: number): string {
  return createHash('sha256').update(String(number)).digest('base64url').slice(0, 22);
}

describe('the set of questions', () => {
  it('knows each of 100,000 questions once it was added, and no other', () => {
    const set = new RecentQuestions();
    const all = Array.from({ length: 100_000 }, (_, number) => question(number));

    expect(all.filter((one) => set.add(one))).toHaveLength(all.length);
    expect(all.filter((one) => set.add(one))).toHaveLength(0);
  });
});
