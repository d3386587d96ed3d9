import type { Price } from '../../fabric/price/price.js';
import { pricerOf } from '../../fabric/price/pricer.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { Concurrency } from '../settings/limit-settings.js';
import type { FabricCalls } from './call-plan.js';
import type { FabricPlan } from './fabric.js';
import { decideLimits } from './limits.js';

/** The settings of a fabric's calls. A missing one comes from the fabric's file, or from the fabric's kind. */
export interface CallLimitSettings {
  readonly rate?: RateLimit;
  readonly concurrency?: Concurrency;
  readonly attempts: number;
  readonly timeoutMs: number;
  readonly price?: Price;
  /** ms since 1970. */
  readonly wallNow: () => number;
}

/** `--price` does not replace the price in a fabric's own file, where it is one of several. */
export function ownPrice(fabric: FabricPlan, { price, ...asked }: CallLimitSettings): CallLimitSettings {
  const hasOwn = fabric.kind !== 'local' && fabric.definition.price !== undefined;
  return price === undefined || hasOwn ? asked : { ...asked, price };
}

/** How the calls of a fabric are made, and what they cost. */
export async function decideCalls(fabric: FabricPlan, asked: CallLimitSettings): Promise<FabricCalls> {
  const { attempts, timeoutMs, price, wallNow } = asked;
  const definition = fabric.kind === 'local' ? undefined : fabric.definition;
  return {
    fabric,
    ...decideLimits(asked, fabric),
    attempts,
    timeoutMs,
    price,
    pricer: await pricerOf(definition, price, wallNow),
  };
}
