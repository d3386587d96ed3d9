import { describe, expect, it } from 'vitest';
import { batchShareOf } from '../../../src/run/trial/compare-cost.js';

describe('what rows cost by batch, beside live', () => {
  it('has the row in it that is called live first, where the service looks at requests late', () => {
    const late = { service: 'anthropic', priceShare: 0.5, liveRows: 1 } as const;

    expect([0, 1, 10].map((rows) => batchShareOf(late, rows))).toEqual([0.5, 1, 0.55]);
    expect(batchShareOf({ service: 'openai', priceShare: 0.5, liveRows: 0 }, 10)).toBe(0.5);
  });
});
