import { describePrice, shareOfPrice } from '../../fabric/price/price.js';
import type { BatchRate } from '../../run/plan/batch-api.js';
import type { FabricCalls } from '../../run/plan/call-plan.js';

/** The price of a fabric's calls, in one line. */
export function livePrice({ fabric, pricer }: Pick<FabricCalls, 'fabric' | 'pricer'>): string {
  return pricer?.terms ?? `unknown: no list price for ${fabric.id} (see --price)`;
}

/** The price of the same calls through the service's batch API, in one line. */
export function batchPrice(
  { pricer }: Pick<FabricCalls, 'pricer'>,
  { service, priceShare }: BatchRate,
): string {
  const share = `${Math.round(100 * priceShare)} % of the live price at ${service}`;
  const price = pricer?.price;
  return price === undefined
    ? `unknown: ${share}`
    : `${describePrice(shareOfPrice(price, priceShare))} (${share})`;
}
