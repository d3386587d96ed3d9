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
  /** The limits that are there because neither an option nor the fabric file has another. */
  readonly usual?: readonly ('rate' | 'concurrency')[];
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
  const rate = asked.rate ?? definedRate(limits);
  const inFlight = asked.concurrency ?? concurrency;
  return {
    rate: rate ?? defaultRate(fabric, limits),
    tokensPerMinute: limits.tokens,
    concurrency: inFlight ?? DEFAULT_CONCURRENCY,
    usual: [
      ...(rate === undefined ? (['rate'] as const) : []),
      ...(inFlight === undefined ? (['concurrency'] as const) : []),
    ],
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
