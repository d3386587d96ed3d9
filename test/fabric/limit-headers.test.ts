import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLimitHeaders } from '../../src/fabric/limit-headers.js';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);
const IN_30_S = '2026-11-23T12:00:30Z';

describe('limit headers', () => {
  it.each([
    ['12ms', 12],
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['1h2m', 3_720_000],
    ['2m59.56s', 179_560],
    ['1d', 86_400_000],
    ['30', 30_000],
    ['0.5', 500],
    ['0', 0],
    [String(NOW / 1_000 + 60), 60_000],
    [String(NOW + 60_000), 60_000],
    [String(NOW - 60_000), 0],
    ['2026-11-23T12:01:00Z', 60_000],
  ])('a reset of "%s" is in %d ms', (reset, resetMs) => {
    const headers = { 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': reset };

    expect(readLimitHeaders(headers, NOW)).toEqual({ requests: { remaining: 59, resetMs } });
  });

  it.each(['', 'soon', '-1', 's', '1x', '5 apples', '1s1h', 'NaN', '2026-99-99T00:00:00Z'])(
    'a reset of "%s" says nothing',
    (reset) => {
      const headers = { 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': reset };

      expect(readLimitHeaders(headers, NOW)).toBeUndefined();
    },
  );

  it.each(['x-ratelimit-remaining-requests', 'x-ratelimit-remaining', 'ratelimit-remaining'])(
    'nothing left, and no reset: a pause of our own (%s)',
    (name) => {
      expect(readLimitHeaders({ [name]: '0' }, NOW)).toEqual({ requests: { remaining: 0, resetMs: 2_000 } });
      expect(readLimitHeaders({ [name]: '1' }, NOW)).toBeUndefined();
    },
  );

  it.each([
    ['retry-after', '3', 3_000],
    ['retry-after-ms', '250', 250],
    ['retry-after', '90', 60_000],
    ['llm_provider-retry-after', '3', 3_000],
    ['retry-after', 'soon', 60_000],
  ])('a reset is no later than %s: %s where nothing is left', (name, value, resetMs) => {
    const headers = {
      [name]: value,
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '60s',
      'x-ratelimit-remaining-tokens': '500',
      'x-ratelimit-reset-tokens': '60s',
    };

    expect(readLimitHeaders(headers, NOW)).toEqual({
      requests: { remaining: 0, resetMs },
      tokens: { remaining: 500, resetMs: 60_000 },
    });
  });

  it.each(['', '-1', 'many', 'Infinity'])('"%s" remaining says nothing', (remaining) => {
    const headers = { 'x-ratelimit-remaining-requests': remaining, 'x-ratelimit-reset-requests': '1s' };

    expect(readLimitHeaders(headers, NOW)).toBeUndefined();
  });

  it.each([
    ['x-ratelimit-remaining', 'x-ratelimit-reset', '30'],
    ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-requests-reset', '2026-11-23T12:00:30Z'],
    ['ratelimit-remaining', 'ratelimit-reset', '30'],
  ])('are read under the name %s', (remaining, reset, value) => {
    expect(readLimitHeaders({ [remaining]: '7', [reset]: value }, NOW)).toEqual({
      requests: { remaining: 7, resetMs: 30_000 },
    });
  });

  it.each([
    ['tokens', 'x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens', '30s'],
    ['tokens', 'anthropic-ratelimit-tokens-remaining', 'anthropic-ratelimit-tokens-reset', IN_30_S],
    [
      'inputTokens',
      'anthropic-ratelimit-input-tokens-remaining',
      'anthropic-ratelimit-input-tokens-reset',
      IN_30_S,
    ],
    [
      'outputTokens',
      'anthropic-ratelimit-output-tokens-remaining',
      'anthropic-ratelimit-output-tokens-reset',
      IN_30_S,
    ],
  ])('say of %s what stands under the name %s', (kind, remaining, reset, value) => {
    expect(readLimitHeaders({ [remaining]: '7000', [reset]: value }, NOW)).toEqual({
      [kind]: { remaining: 7_000, resetMs: 30_000 },
    });
  });

  it('are told apart by kind', () => {
    const groq = {
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-remaining-requests': '14370',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-limit-tokens': '18000',
      'x-ratelimit-remaining-tokens': '17997',
      'x-ratelimit-reset-tokens': '7.66ms',
    };

    expect(readLimitHeaders(groq, NOW)).toEqual({
      requests: { remaining: 14_370, resetMs: 179_560 },
      tokens: { remaining: 17_997, resetMs: 7.66 },
    });
  });

  it('are nothing of the kind alone whose limit is none', () => {
    const headers = {
      'x-ratelimit-limit-requests': '-1',
      'x-ratelimit-remaining-requests': '-1',
      'x-ratelimit-reset-requests': '0',
      'x-ratelimit-remaining-tokens': '900',
      'x-ratelimit-reset-tokens': '1s',
    };

    expect(readLimitHeaders(headers, NOW)).toEqual({ tokens: { remaining: 900, resetMs: 1_000 } });
  });

  it.each([
    ['"default";r=50;t=30', { remaining: 50, resetMs: 30_000 }],
    ['default;r=0;t=30', { remaining: 0, resetMs: 30_000 }],
    ['"burst";r=50;t=1, "day";r=900;t=3600', { remaining: 900, resetMs: 3_600_000 }],
    ['"burst";r=0;t=1, "day";r=0;t=3600', { remaining: 0, resetMs: 3_600_000 }],
    ['"a;r=1;t=9, b";t=30;r=50;pk=:cHJvZDE=:', { remaining: 50, resetMs: 30_000 }],
    ['limit=100, remaining=50, reset=5', { remaining: 50, resetMs: 5_000 }],
    ['"default";r=50', undefined],
    ['"default"', undefined],
    [',;r=,t=1', undefined],
  ])('RateLimit: %s', (ratelimit, limits) => {
    expect(readLimitHeaders({ ratelimit }, NOW)).toEqual(limits && { requests: limits });
  });

  it.each([
    ['"m";q=100;w=60;qu="requests"', '"m";r=50;t=30', { requests: { remaining: 50, resetMs: 30_000 } }],
    ['"m";q=9000;w=60;qu="tokens"', '"m";r=50;t=30', { tokens: { remaining: 50, resetMs: 30_000 } }],
    ['"m";q=9000;w=60;qu="content-bytes"', '"m";r=50;t=30', undefined],
    ['m;qu="tokens";q=9', 'm;r=50;t=30', { tokens: { remaining: 50, resetMs: 30_000 } }],
    [
      '"a, b";qu="content-bytes", "c";q=1',
      '"a, b";r=0;t=9, "c";r=5;t=1',
      { requests: { remaining: 5, resetMs: 1_000 } },
    ],
    ['', '"m";r=50;t=30;qu="tokens"', { tokens: { remaining: 50, resetMs: 30_000 } }],
  ])('RateLimit-Policy: %s, RateLimit: %s', (policy, ratelimit, limits) => {
    expect(readLimitHeaders({ ratelimit, 'ratelimit-policy': policy }, NOW)).toEqual(limits);
  });

  it.each(['0', '-1'])('are nothing where the limit is %s, as at Azure', (limit) => {
    const headers = {
      'x-ratelimit-limit-requests': limit,
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '60',
    };

    expect(readLimitHeaders(headers, NOW)).toBeUndefined();
  });

  it('are the strictest where there are several', () => {
    const headers = {
      'x-ratelimit-remaining': '1000',
      'x-ratelimit-reset': '10',
      ratelimit: '"minute";r=5;t=60',
    };

    expect(readLimitHeaders(headers, NOW)).toEqual({ requests: { remaining: 5, resetMs: 60_000 } });
  });

  it('may be absent', () => {
    expect(readLimitHeaders({ 'content-type': 'application/json' }, NOW)).toBeUndefined();
  });

  it('never throw, whatever is in them', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.string(),
        fc.string(),
        (remaining, reset, ratelimit, policy) => {
          const headers = {
            'x-ratelimit-remaining': remaining,
            'x-ratelimit-reset': reset,
            ratelimit,
            'ratelimit-policy': policy,
          };

          const limits = readLimitHeaders(headers, NOW) ?? {};

          for (const { remaining, resetMs } of Object.values(limits)) {
            expect(remaining).toBeGreaterThanOrEqual(0);
            expect(resetMs).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});
