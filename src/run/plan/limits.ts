import type { DefinedLimits } from '../../fabric/definition.js';
import { type RateLimit, readRateLimit } from '../../limits/pace/rate-limit.js';
import type { Concurrency } from '../settings/limit-settings.js';
import type { FabricPlan } from './fabric.js';

/** 100 calls a minute: the rate of Promptha's own samples, which every model service accepts. */
const DEFAULT_RATE: RateLimit = { calls: 100, perMs: 60_000 };

const DEFAULT_CONCURRENCY = 10;

/** How fast calls may go out, and how many at a time. */
export interface LimitsPlan {
  readonly rate: RateLimit;
  /** Tokens a minute, prompts and answers together; undefined: any number. */
  readonly tokensPerMinute: number | undefined;
  readonly concurrency: Concurrency;
}

/** Limit of calls in flight where no concurrency is stated. */
export const MOST_IN_FLIGHT = 256;

/** Limit of calls in flight. */
export function mostInFlight({ concurrency }: Pick<LimitsPlan, 'concurrency'>): number {
  return concurrency === 'auto' ? MOST_IN_FLIGHT : concurrency;
}

/** Each limit from the options, or else from the fabric's file, or else the default of the fabric's kind. */
export function decideLimits(
  asked: { readonly rate?: RateLimit; readonly concurrency?: Concurrency },
  fabric: FabricPlan,
): LimitsPlan {
  const { limits, concurrency } = fabric.kind === 'local' ? NOTHING_DEFINED : fabric.definition;
  return {
    rate: asked.rate ?? definedRate(limits) ?? defaultRate(fabric, limits),
    tokensPerMinute: limits.tokens,
    concurrency: asked.concurrency ?? concurrency ?? DEFAULT_CONCURRENCY,
  };
}

const NOTHING_DEFINED: { readonly limits: DefinedLimits; readonly concurrency?: Concurrency } = {
  limits: {},
};

function definedRate({ requests }: DefinedLimits): RateLimit | undefined {
  return requests === undefined ? undefined : readRateLimit(requests);
}

/** A limit of tokens a minute alone replaces the default rate. */
function defaultRate({ kind }: FabricPlan, { tokens }: DefinedLimits): RateLimit {
  return kind === 'local' || kind === 'llama' || tokens !== undefined ? 'none' : DEFAULT_RATE;
}
