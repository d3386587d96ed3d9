import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_MS, retryAfterMs } from '../../src/fabric/retry-after.js';

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0);

const read = (headers: Record<string, string>) => retryAfterMs((name) => headers[name], NOW);

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    [' 20 ', 20_000],
    ['1.5', 1_500],
    ['100000', MAX_RETRY_AFTER_MS],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 12:00:30 GMT', 30_000],
    ['Mon Nov 23 12:00:30 2026', 30_000],
    ['2026-11-23T12:00:30Z', 30_000],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    ['Tue, 24 Nov 2026 12:00:00 GMT', MAX_RETRY_AFTER_MS],
    ['-5', undefined],
    ['', undefined],
    ['soon', undefined],
    ['soon 5', undefined],
    ['1e3', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['Mon, 99 Foo 2026 99:99:99 GMT', undefined],
  ])('"%s" is %s ms', (text, ms) => {
    expect(read({ 'retry-after': text })).toBe(ms);
  });

  it('is less than retry-after-ms, which is more exact', () => {
    expect(read({ 'retry-after': '2', 'retry-after-ms': '1234' })).toBe(1_234);
    expect(read({ 'retry-after': '2', 'retry-after-ms': 'junk' })).toBe(2_000);
  });

  it('is read of the service behind a gateway, where the gateway names no time of its own', () => {
    expect(read({ 'llm_provider-retry-after': '60' })).toBe(60_000);
    expect(read({ 'llm_provider-retry-after-ms': '1500', 'llm_provider-retry-after': '60' })).toBe(1_500);
    expect(read({ 'retry-after': '2', 'llm_provider-retry-after': '60' })).toBe(2_000);
    expect(read({ 'retry-after': 'soon', 'llm_provider-retry-after': '60' })).toBe(60_000);
  });

  it('may be absent', () => {
    expect(read({})).toBeUndefined();
  });

  it('never throws, and never gives what cannot be waited for', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (seconds, ms) => {
        const wait = read({ 'retry-after': seconds, 'retry-after-ms': ms });

        if (wait !== undefined) {
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(MAX_RETRY_AFTER_MS);
        }
      }),
    );
  });
});
