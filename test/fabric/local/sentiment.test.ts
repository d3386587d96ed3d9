import { describe, expect, it } from 'vitest';
import { answering } from './answering.js';

describe('local:sentiment', () => {
  const ask = answering('sentiment');

  it.each([
    ['positive', 'I love this kettle! It boils fast and looks great.'],
    ['positive', 'Best purchase ever!!! 😀'],
    ['negative', 'Terrible. Broke after two days and support never answered.'],
    ['negative', 'This product is not working and I want my money back.'],
    ['neutral', 'It is a kettle. It holds 1.7 litres.'],
  ])('calls a %s review so: %s', async (label, review) => {
    expect(await ask(review)).toMatchObject({ label });
  });

  it('turns praise round where it is negated', async () => {
    expect(await ask('I like it at all.')).toMatchObject({ label: 'positive' });
    expect(await ask('I do not like it at all.')).toMatchObject({ label: 'negative' });
  });

  it('scores between -1 and 1 in two decimals, with the sign of its label', async () => {
    for (const review of [
      'Great, great, great!',
      'Awful, horrible, disgusting junk.',
      'Fine, but a bit stiff.',
    ]) {
      const { label, score } = (await ask(review)) as { label: string; score: number };

      expect(Math.abs(score)).toBeLessThanOrEqual(1);
      expect(Number(score.toFixed(2))).toBe(score);
      expect(label === 'neutral' || (label === 'positive') === score > 0).toBe(true);
    }
  });

  it('is neutral about nothing', async () => {
    expect(await ask('')).toEqual({ label: 'neutral', score: 0 });
    expect(await ask({})).toEqual({ label: 'neutral', score: 0 });
  });
});
