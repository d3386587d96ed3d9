import { expect, it } from 'vitest';
import { UsualCall } from '../../../src/limits/tokens/usual-call.js';

it('guesses before the first call has ended, and knows no mean', () => {
  const usual = new UsualCall();

  expect(usual.mean).toBeUndefined();
  expect(usual.estimate).toEqual({ input: 500, output: 500, deviation: 1_000 });
});

it('says what calls took on average, and how different they were', () => {
  const usual = new UsualCall();

  for (let n = 0; n < 500; n++) usual.add({ input: 100, output: n % 2 === 0 ? 100 : 300 });

  expect(usual.mean?.input).toBeCloseTo(100);
  expect(usual.mean?.output).toBeCloseTo(200, -1);
  expect(usual.estimate.deviation).toBeCloseTo(100, -1);
});

it('forgets what was long ago', () => {
  const usual = new UsualCall();

  for (let n = 0; n < 500; n++) usual.add({ input: 9_000, output: 9_000 });
  for (let n = 0; n < 500; n++) usual.add({ input: 100, output: 100 });

  expect(usual.mean?.input).toBeCloseTo(100, 1);
});
