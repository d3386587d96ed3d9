import { expect, it } from 'vitest';
import { jsonOfSpending, sumOfSpendings } from '../../src/fabric/stored-result.js';

it('what several calls took is read back as their sum', () => {
  const first = { input: 10, output: 2, cached: 4, cost: 0.25, unpriced: 0 };
  const second = { input: 1, output: 1, cached: 0, cost: 0.5, unpriced: 1 };

  expect(sumOfSpendings([first].map(jsonOfSpending).join())).toEqual(first);
  expect(sumOfSpendings([first, second].map(jsonOfSpending).join())).toEqual({
    ...{ input: 11, output: 3, cached: 4 },
    ...{ cost: 0.75, unpriced: 1 },
  });
});

it('calls that may be billed are read back, also beside results that have none', () => {
  const none = { input: 1, output: 1, cached: 0, cost: 0.5, unpriced: 0 };
  const some = { ...none, possiblyBilled: 2 };

  expect(sumOfSpendings([some].map(jsonOfSpending).join())).toEqual(some);
  expect(sumOfSpendings([some, none, some].map(jsonOfSpending).join())?.possiblyBilled).toBe(4);
});
