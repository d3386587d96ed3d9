import type { SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import { type CachePlan, decideCache } from '../plan/cache.js';
import type { CallPlan } from '../plan/call-plan.js';
import { decideFabric } from '../plan/fabric.js';
import { decideInput, type InputPlan } from '../plan/input.js';
import type { Surroundings } from '../plan/plan.js';
import type { PromptUses } from '../plan/prompt.js';
import { decideRowCalls, type RowCallSettings } from '../plan/row-calls.js';
import type { RunSettings } from '../settings/settings.js';

/** What was asked for, of a run that is to be tried before it is begun: as in the run, without its output. */
export interface TrialSettings
  extends Omit<RowCallSettings, 'callsElsewhere'>,
    Pick<
      RunSettings,
      | 'input'
      | 'fabric'
      | 'format'
      | 'delimiter'
      | 'encoding'
      | 'quote'
      | 'escape'
      | 'skipLines'
      | 'badRows'
      | 'limit'
      | 'sharesAnswers'
      | 'cache'
      | 'cacheTtlMs'
    > {}

/** All that decides about the calls of a run, and nothing of what it writes. */
export interface TrialPlan {
  readonly input: InputPlan;
  /** The input's columns, in order; of a JSONL file those that its first rows have. */
  readonly columns: readonly string[];
  readonly inputs: readonly SelectedInput[] | undefined;
  readonly prompt: PromptUses | undefined;
  readonly calls: CallPlan;
  /** Rows that ask the same share an answer. */
  readonly sharesAnswers: boolean;
  readonly cache: CachePlan | undefined;
  readonly badRows: BadRows;
  readonly limit: number | undefined;
}

/**
 * Checks what the run would check about its input and its fabrics. Where no calls are to be made, no key is needed.
 *
 * @throws SetUpError, InputError, FabricFileError, ScoreModuleError
 */
export async function makeTrialPlan(
  settings: TrialSettings,
  { standardInput, wallNow }: Pick<Surroundings, 'standardInput' | 'wallNow'>,
  { makesCalls }: { readonly makesCalls: boolean },
): Promise<TrialPlan> {
  const asked = { ...settings, callsElsewhere: !makesCalls };
  const fabric = await decideFabric(asked);
  const input = await decideInput(settings, standardInput);
  const { calls, prompt } = await decideRowCalls(asked, fabric, input, wallNow);
  return {
    input,
    columns: input.look.columns,
    inputs: settings.inputs,
    prompt,
    calls,
    sharesAnswers: settings.sharesAnswers,
    cache: decideCache(settings, calls),
    badRows: settings.badRows,
    limit: settings.limit,
  };
}
