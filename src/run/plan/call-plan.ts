import type { Price } from '../../fabric/price/price.js';
import type { Pricer } from '../../fabric/price/pricer.js';
import type { Condition } from '../../fabric/prompt/condition.js';
import type { FinishedResult } from '../../fabric/row-result.js';
import type { SentToStep } from '../../fabric/steps/step-inputs.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';
import type { RunPart } from '../saved/run-parts.js';
import type { Concurrency } from '../settings/limit-settings.js';
import type { ChainPlan, FabricPlan } from './fabric.js';

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

/** How a row's calls are made. Of a chain, the limits are those of its first step, in whose places rows start. */
export interface CallPlan extends Omit<FabricCalls, 'fabric'> {
  readonly fabric: FabricPlan | ChainPlan;
  /** Called where an answer scores too low; undefined where answers are not scored. */
  readonly tiers?: TiersPlan;
  /** Those of a chain; undefined where a row has one question. */
  readonly steps?: StepsPlan;
}

export type StepsPlan = readonly [StepPlan, ...StepPlan[]];

/** One question of several about each row. */
export interface StepPlan {
  readonly name: string;
  /** Where it begins in the chain's file. */
  readonly line: number;
  readonly calls: FabricCalls;
  readonly sent: SentToStep;
  /** Undefined: it is always asked. */
  readonly when: { readonly text: string; readonly condition: Condition } | undefined;
  /** The steps before it whose answers it uses. */
  readonly needs: readonly string[];
  /** The first step that calls the same model with the same limits: they hold for both together. Its own index: none. */
  readonly sharesWith: number;
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

/** The fabrics of a run, by their key in spending and results: the first tier or step is 0, the judge `judge`. */
export function fabricsByTier(calls: CallPlan): (readonly [number | 'judge', FabricCalls])[] {
  const judge = judgeOf(calls);
  return [...tiersOf(calls).entries(), ...(judge === undefined ? [] : [['judge', judge] as const])];
}

/** What the calls of a run are counted by: its tiers and judge, or its steps; empty where a row has one question. */
export function partsOf(calls: CallPlan): RunPart[] {
  if (calls.steps === undefined && calls.tiers === undefined) return [];
  return fabricsByTier(calls).map(([by, { fabric, pricer }]) => {
    const step = by === 'judge' ? undefined : calls.steps?.[by]?.name;
    return { by, fabric: fabric.id, ...(step !== undefined && { step }), isPriced: pricer !== undefined };
  });
}

/** The fabrics that a run calls: the first, the tiers above it, the judge; or those of its steps. */
export function fabricsOf(calls: CallPlan): FabricCalls[] {
  return fabricsByTier(calls).map(([, one]) => one);
}

/** The columns of a row that name files for any of the fabrics, each once. Answers of earlier steps name none. */
export function attachedColumns(calls: CallPlan): readonly string[] {
  const columns =
    calls.steps?.flatMap(attachedColumnsOf) ??
    fabricsOf(calls).flatMap(({ fabric }) => attachmentsOf(fabric));
  return [...new Set(columns)];
}

function attachedColumnsOf({ calls: { fabric }, sent: { inputs } }: StepPlan): readonly string[] {
  const names = attachmentsOf(fabric);
  if (inputs === undefined) return names;
  return inputs.flatMap(({ input, from }) =>
    'column' in from && names.includes(input) ? [from.column] : [],
  );
}

/** The inputs that name files for a fabric. */
export function attachmentsOf(fabric: FabricPlan): readonly string[] {
  return fabric.kind === 'model' ? (fabric.definition.attachments ?? []) : [];
}

/** The fabrics that answer rows, the cheapest first, or in the order of their steps. */
export function tiersOf(calls: CallPlan): FabricCalls[] {
  if (calls.steps !== undefined) return calls.steps.map((step) => step.calls);
  return [startOf(calls), ...(calls.tiers?.upper ?? [])];
}

/** The fabric in whose places rows start. */
export function startOf(calls: CallPlan): FabricCalls {
  if (calls.steps !== undefined) return calls.steps[0].calls;
  if (isOfOneFabric(calls)) return calls;
  throw new Error(`${calls.fabric.id} has no steps in its plan`);
}

function isOfOneFabric(calls: CallPlan): calls is CallPlan & FabricCalls {
  return calls.fabric.kind !== 'steps';
}

/** The fabric that scores the answers; undefined where none does. */
export function judgeOf({ tiers }: CallPlan): FabricCalls | undefined {
  return tiers?.score.kind === 'fabric' ? tiers.score.judge : undefined;
}

/** The fabric whose answer a row has; of a row with steps all that answered. */
export function answerersOf(calls: CallPlan, { tiers }: Pick<FinishedResult, 'tiers'>): FabricCalls[] {
  if (calls.steps === undefined) return [tiersOf(calls)[tiers?.kept ?? 0] ?? startOf(calls)];
  const { steps } = calls;
  return (tiers?.steps ?? []).flatMap(({ by, answeredInMs }) =>
    answeredInMs === undefined || by === 'judge' ? [] : (steps[by]?.calls ?? []),
  );
}
