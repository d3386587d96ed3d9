import type { FabricDefinition } from '../../fabric/definition.js';

/** What a worker needs to know to make a run's calls. It is plain JSON, and holds no key. */
export interface QueuedRun {
  /** The checkpoint's id of the run. */
  readonly id: string;
  /** For people: the input and the output, or the like. */
  readonly name: string;
  readonly fabric: QueuedFabric;
  /** At most so many calls in any stretch of so many ms, over all workers. */
  readonly rate: { readonly calls: number; readonly perMs: number } | 'none';
  /** Prompts and answers together, over all workers. */
  readonly tokensPerMinute?: number;
  /** What calls cost, where that is not the fabric's own matter. */
  readonly price?: NonNullable<FabricDefinition['price']>;
  /** Calls that a row may cost, the first included. */
  readonly attempts: number;
  /** Something was answered before this coordinator took the run up. */
  readonly answeredBefore?: boolean;
  /** Of one call, in ms. */
  readonly timeoutMs: number;
  readonly coordinator: {
    readonly host: string;
    readonly pid: number;
    /** Of batchai. */
    readonly version: string;
  };
  /** In ms since 1970. */
  readonly createdAt: number;
}

export type QueuedFabric =
  | { readonly kind: 'defined'; readonly definition: FabricDefinition }
  /** A fabric that every worker has in itself, by its name without `local:`. */
  | { readonly kind: 'on-device'; readonly name: string };

/** The variable that holds the key which the run's calls need; undefined where they need none. */
export function keyEnvOf({ fabric }: QueuedRun): string | undefined {
  if (fabric.kind === 'on-device' || fabric.definition.provider === 'llama') return undefined;
  return fabric.definition.keyEnv;
}

export function fabricNameOf({ fabric }: QueuedRun): string {
  return fabric.kind === 'on-device' ? `local:${fabric.name}` : fabric.definition.name;
}
