import { expect, it } from 'vitest';
import { FirstTimeouts } from '../../../src/limits/retry/first-timeouts.js';

function timeouts(answeredBefore = false) {
  const told: number[] = [];
  return {
    told,
    first: new FirstTimeouts(
      () => answeredBefore,
      (calls) => told.push(calls),
    ),
  };
}

it('tells once of the first calls that all timed out', () => {
  const { told, first } = timeouts();

  first.timedOut();
  first.timedOut();
  expect(told).toEqual([]);
  for (let call = 3; call < 10; call++) first.timedOut();

  expect(told).toEqual([3]);
});

it('tells nothing where a call was answered, in this part of the run or before', () => {
  const now = timeouts();
  const before = timeouts(true);

  now.first.timedOut();
  now.first.answered();
  for (const { first } of [now, before]) for (let call = 0; call < 5; call++) first.timedOut();

  expect([now.told, before.told]).toEqual([[], []]);
});
