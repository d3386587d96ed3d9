import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import type { StepEntry } from '../../checkpoint/journal/journal-entry.js';
import type { StepRecord } from '../../fabric/fabric.js';
import { ExactNumber } from '../../json/exact-number.js';
import type { JsonValue } from '../../rows/row.js';

/** A tier of a run, the judge of its answers, or one of its steps: what calls are counted by. */
export interface RunPart {
  readonly by: StepRecord['by'];
  /** The id of the fabric that is called. */
  readonly fabric: string;
  /** Of a run with steps: the step's name. */
  readonly step?: string;
  readonly isPriced: boolean;
}

/**
 * The parts of a run, by its checkpoint; none where a row has one question. Older versions saved only their names, with
 * what identifies the run.
 */
export function partsOfRun(
  { identity }: Pick<Checkpoint, 'identity'>,
  { parts, costUnit }: { readonly parts?: readonly RunPart[]; readonly costUnit?: string },
): readonly RunPart[] {
  if (parts !== undefined) return parts;
  const isPriced = costUnit !== undefined;
  if (Array.isArray(identity.steps))
    return identity.steps.map((step, by) => ({ by, fabric: String(step), step: String(step), isPriced }));
  const upper = memberOf(identity.tiers, 'tiers');
  if (!Array.isArray(upper)) return [];
  const judge = memberOf(memberOf(identity.tiers, 'judge'), 'fabric');
  const tiers = [identity.fabric, ...upper.map((tier) => memberOf(tier, 'fabric'))];
  return [
    ...tiers.map((fabric, by) => ({ by, fabric: String(fabric), isPriced })),
    ...(judge === undefined ? [] : [{ by: 'judge' as const, fabric: String(judge), isPriced }]),
  ];
}

/** A journaled step as the tally counts it; undefined where the run has no such part any more. */
export function recordOfStep(
  { step, outcome }: StepEntry,
  parts: readonly RunPart[],
): StepRecord | undefined {
  const [name] = step.split(' ', 1);
  const part = parts.find((one) => (one.step ?? String(one.by)) === name);
  if (part === undefined) return undefined;
  const { calls, spent } = outcome;
  return {
    by: part.by,
    calls,
    ...(spent === undefined ? {} : { spent }),
    ...('failure' in outcome ? {} : { answeredInMs: outcome.latencyMs }),
  };
}

function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof ExactNumber) ? value[name] : undefined;
}
