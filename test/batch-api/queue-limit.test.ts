import { describe, expect, it } from 'vitest';
import { fullQueueIn } from '../../src/batch-api/queue-limit.js';

describe('a refusal because of a full queue', () => {
  it.each([
    [
      'token_limit_exceeded',
      'Enqueued token limit reached for gpt-4o in organization org-1. Limit: 90,000 enqueued tokens. Please try again once some in_progress batches have been completed.',
      90_000,
    ],
    [
      'token_limit_exceeded',
      "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'a-model'.",
      30_000,
    ],
    ['token_limit_exceeded', 'Too much.', undefined],
    ['', 'Enqueued token limit reached. Limit: 2.5M', 2_500_000],
  ])('tells the limit where the service does (%s)', (code, message, limit) => {
    expect(fullQueueIn([code], message)).toEqual({ limit });
  });

  it('is told from others', () => {
    expect(
      fullQueueIn(['rate_limit_exceeded'], 'Rate limit reached. Limit: 500 requests a minute'),
    ).toBeUndefined();
  });
});
