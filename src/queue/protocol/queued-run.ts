import type { FabricDefinition, StepInput } from '../../fabric/definition.js';
import type { BudgetLimits } from '../../limits/budget.js';
import type { RateLimit } from '../../limits/pace/rate-limit.js';

/** How the calls to one fabric of a run are made. */
export interface QueuedCalls {
  /** Tells them from those to the run's other fabrics; empty for the first one. */
  readonly stack: string;
  readonly fabric: QueuedFabric;
  /** At most so many calls in any stretch of so many ms, over all workers; `auto`: as many as the service takes. */
  readonly rate: RateLimit;
  /** Prompts and answers together, over all workers. */
  readonly tokensPerMinute?: number;
  /** What calls cost, where that is not the fabric's own matter. */
  readonly price?: NonNullable<FabricDefinition['price']>;
}

/** What a worker needs to know to make a run's calls. It is plain JSON, and holds no key. */
export interface QueuedRun extends QueuedCalls {
  /** The checkpoint's id of the run. */
  readonly id: string;
  /** For people: the input and the output, or the like. */
  readonly name: string;
  /** Called where an answer scores too low; undefined where answers are not scored. */
  readonly tiers?: QueuedTiers;
  /** Where a row has several questions: all of them, of which the run's own calls are the first one's. */
  readonly steps?: readonly QueuedStep[];
  /** What may be spent, over all workers; undefined: anything. */
  readonly budget?: BudgetLimits;
  /** Calls that a row may cost, the first included. */
  readonly attempts: number;
  /** Something was answered before this coordinator took the run up. */
  readonly answeredBefore?: boolean;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  /** Where workers have the files from that rows name; undefined: they name none. */
  readonly files?: QueuedFiles;
  readonly coordinator: {
    readonly host: string;
    readonly pid: number;
    /** Of batchai. */
    readonly version: string;
  };
  /** In ms since 1970. */
  readonly createdAt: number;
}

export type QueuedFiles =
  /** Each reads them itself: the folder in which their paths begin, the same on all machines. */
  | { readonly kind: 'shared'; readonly folder: string }
  /** The coordinator sends them: the inputs that name files, in the order in which these are counted. */
  | { readonly kind: 'sent'; readonly columns: readonly string[] };

export interface QueuedTiers {
  /** Those above the first one, the cheapest first. */
  readonly upper: readonly QueuedCalls[];
  readonly score: QueuedScore;
  /** An answer with a lower score moves up. */
  readonly minScore: number;
}

/** One question of several about each row. */
export interface QueuedStep {
  readonly name: string;
  readonly calls: QueuedCalls;
  /** What of a row and of the answers before it is sent: its stated inputs, or what its prompt uses. */
  readonly sent: {
    readonly inputs?: readonly StepInput[];
    readonly columns: readonly string[] | undefined;
    readonly files: readonly string[];
    readonly needs: readonly string[];
  };
  /** The expression that has to hold; undefined: it is always asked. */
  readonly when?: string;
  readonly needs: readonly string[];
  readonly sharesWith: number;
}

/** The scorer of answers. */
export type QueuedScore =
  | { readonly kind: 'field'; readonly property: string }
  | { readonly kind: 'schema' }
  | { readonly kind: 'fabric'; readonly judge: QueuedCalls }
  /** A module that each worker has of its own: what the file is called, and the SHA-256 of its content. */
  | { readonly kind: 'module'; readonly file: string; readonly sha256: string };

export type QueuedFabric =
  | { readonly kind: 'defined'; readonly definition: FabricDefinition }
  /** A fabric that every worker has in itself, by its name without `local:`. */
  | { readonly kind: 'on-device'; readonly name: string };

/** The variables that hold the keys which the run's calls need. */
export function keyEnvsOf(run: QueuedRun): string[] {
  return [...new Set(callsOf(run).flatMap(keyEnvOf))];
}

/** The calls to each fabric of a run: the first one, the tiers above it, the judge; or those of its steps. */
export function callsOf(run: QueuedRun): QueuedCalls[] {
  if (run.steps !== undefined) return run.steps.map(({ calls }) => calls);
  const { upper = [], score } = run.tiers ?? {};
  return [run, ...upper, ...(score?.kind === 'fabric' ? [score.judge] : [])];
}

function keyEnvOf({ fabric }: QueuedCalls): string[] {
  if (fabric.kind === 'on-device' || fabric.definition.provider === 'llama') return [];
  return fabric.definition.keyEnv === undefined ? [] : [fabric.definition.keyEnv];
}

/** The name of the fabric that rows are sent to first. */
export function fabricNameOf({ fabric }: QueuedCalls): string {
  return fabric.kind === 'on-device' ? `local:${fabric.name}` : fabric.definition.name;
}
