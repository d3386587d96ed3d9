import type { Price } from '../../fabric/price/price.js';
import type { Pricer } from '../../fabric/price/pricer.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { Concurrency } from '../settings/limit-settings.js';
import type { FabricPlan } from './fabric.js';

/** How the calls of one fabric are made. */
export interface FabricCalls {
  readonly fabric: FabricPlan;
  readonly concurrency: Concurrency;
  readonly rate: RateLimit;
  /** Those of the two that nobody asked for. */
  readonly usual?: readonly ('rate' | 'concurrency')[];
  /** Tokens a minute, prompts and answers together; undefined: any number. */
  readonly tokensPerMinute: number | undefined;
  readonly attempts: number;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  /** Their price, where it was asked for. */
  readonly price: Price | undefined;
  /** Undefined where their price is unknown. */
  readonly pricer: Pricer | undefined;
}

/** How a row's calls are made. */
export interface CallPlan extends FabricCalls {
  /** Called where an answer scores too low; undefined where answers are not scored. */
  readonly tiers?: TiersPlan;
}

export interface TiersPlan {
  /** Those above the first one, the cheapest first. */
  readonly upper: readonly FabricCalls[];
  readonly score: ScorePlan;
  /** An answer with a lower score moves up. */
  readonly minScore: number;
}

/** The scorer of answers. */
export type ScorePlan =
  | { readonly kind: 'field'; readonly property: string }
  | { readonly kind: 'schema' }
  | { readonly kind: 'fabric'; readonly judge: FabricCalls }
  | { readonly kind: 'module'; readonly path: string };

/** The fabrics of a run, by their key in spending and results: the first is 0, the judge `judge`. */
export function fabricsByTier(calls: CallPlan): (readonly [number | 'judge', FabricCalls])[] {
  const judge = judgeOf(calls);
  return [...tiersOf(calls).entries(), ...(judge === undefined ? [] : [['judge', judge] as const])];
}

/** The fabrics that a run calls: the first, the tiers above it, the judge. */
export function fabricsOf(calls: CallPlan): FabricCalls[] {
  return fabricsByTier(calls).map(([, one]) => one);
}

/** The inputs that name files for any of the fabrics, each once. */
export function attachedColumns(calls: CallPlan): readonly string[] {
  return [...new Set(fabricsOf(calls).flatMap(({ fabric }) => attachmentsOf(fabric)))];
}

/** The inputs that name files for a fabric. */
export function attachmentsOf(fabric: FabricPlan): readonly string[] {
  return fabric.kind === 'model' ? (fabric.definition.attachments ?? []) : [];
}

/** The fabrics that answer rows, the cheapest first. */
export function tiersOf(calls: CallPlan): FabricCalls[] {
  return [calls, ...(calls.tiers?.upper ?? [])];
}

/** The fabric that scores the answers; undefined where none does. */
export function judgeOf({ tiers }: CallPlan): FabricCalls | undefined {
  return tiers?.score.kind === 'fabric' ? tiers.score.judge : undefined;
}

/** The fabric whose answer a row has. */
export function answererOf(calls: CallPlan, { tiers }: Pick<FinishedResult, 'tiers'>): FabricCalls {
  return tiersOf(calls)[tiers?.kept ?? 0] ?? calls;
}
