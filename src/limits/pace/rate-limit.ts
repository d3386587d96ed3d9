/** At most `calls` calls in any stretch of `perMs` ms. */
export interface Rate {
  /** A whole number. */
  readonly calls: number;
  readonly perMs: number;
}

/** How many calls may start: those of a rate, as many as the service turns out to take (`auto`), or any number. */
export type RateLimit = Rate | 'auto' | 'none';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  sec: 1_000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Reads `100` or `100/min`, `20/s`, `5000/h`, `auto` or `none`; undefined for anything else.
 *
 * @example
 * readRateLimit('20/s'); // { calls: 20, perMs: 1_000 }
 * readRateLimit('0.5/s'); // { calls: 1, perMs: 2_000 }
 */
export function readRateLimit(text: string): RateLimit | undefined {
  if (text === 'none' || text === 'auto') return text;
  const [, amount, unit = 'min'] = /^(\d+(?:\.\d+)?)(?:\/(sec|s|min|m|h))?$/.exec(text) ?? [];
  const calls = Number(amount);
  const perMs = UNIT_MS[unit];
  if (!(calls > 0 && calls < Number.POSITIVE_INFINITY) || perMs === undefined) return undefined;
  // The limiter counts whole calls: 0.5/s is 1 in 2 s.
  return Number.isInteger(calls)
    ? { calls, perMs }
    : { calls: Math.max(1, Math.floor(calls)), perMs: (perMs * Math.max(1, Math.floor(calls))) / calls };
}
