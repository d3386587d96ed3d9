import { systemClock } from './limits/clock.js';
import type { RateLimit } from './limits/pace/rate-limit.js';
import { SharedRate } from './limits/shared/shared-rate.js';
import { OptionError, parseRate } from './run/settings/option-parsers.js';

/**
 * A rate that several runs of this process keep to together.
 *
 * @example
 * const options: EnrichRowOptions = { fabric: 'product-description', limiter };
 */
export interface SharedLimiter {
  /** As it was given. */
  readonly rateLimit: RateLimit | string | number;
}

/** Kept apart, so that what is exported has a name and no more. */
const RATES = new WeakMap<SharedLimiter, SharedRate>();

/**
 * Makes a limiter for runs over rows from code: all of their calls together, retries too, keep to its rate, and a pause that
 * the service asks one of them for holds up all. It takes the place of the fabric file's rate, and needs no closing.
 *
 * @param options `rateLimit`: `20/s`, `100/min`, or a number of calls a minute
 * @throws OptionError where that is no rate.
 * @example
 * const limiter = sharedLimiter({ rateLimit: '20/s' });
 * const [small, large] = [few, many].map((rows) => enrich(rows, { fabric: 'product-description', limiter }));
 */
export function sharedLimiter({
  rateLimit,
}: {
  readonly rateLimit: RateLimit | string | number;
}): SharedLimiter {
  const rate = parseRate(rateLimit);
  if (typeof rate === 'string')
    throw new OptionError(`a shared limiter: wanted a rate such as 20/s, got "${rate}"`);
  const limiter: SharedLimiter = Object.freeze({ rateLimit });
  RATES.set(limiter, new SharedRate(rate, systemClock));
  return limiter;
}

/** @throws OptionError where it is none that `sharedLimiter` made. */
export function rateOfLimiter(limiter: SharedLimiter): SharedRate {
  const rate = RATES.get(limiter);
  if (rate === undefined) throw new OptionError('the option "limiter": wanted what sharedLimiter() returns');
  return rate;
}
