import type { SelectedInput } from '../../rows/input-selection.js';
import type { BadRows } from '../../rows/read-rows.js';
import { type BatchRate, batchRateOf, decideBatchApi } from '../plan/batch-api.js';
import { type CachePlan, decideCache } from '../plan/cache.js';
import type { CallPlan } from '../plan/call-plan.js';
import { decideFabricOrSteps } from '../plan/fabric.js';
import { decideInput, type InputPlan } from '../plan/input.js';
import type { Surroundings } from '../plan/plan.js';
import type { PromptUses } from '../plan/prompt.js';
import { decideRowCalls, type RowCallSettings } from '../plan/row-calls.js';
import { decideSelection, type RowSelection } from '../plan/row-selection.js';
import type { RunSettings } from '../settings/settings.js';

/** The settings of `estimate` and `preview`: those of a run, without its output. */
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
      | 'selection'
      | 'sharesAnswers'
      | 'cache'
      | 'cacheTtlMs'
    > {
  /** A fabric without a batch API is refused. */
  readonly needsBatchApi?: boolean;
}

/** The part of a plan that decides the calls of a run, without its outputs. */
export interface TrialPlan {
  readonly input: InputPlan;
  /** The input's columns, in order; of a JSONL file those that its first rows have. */
  readonly columns: readonly string[];
  readonly inputs: readonly SelectedInput[] | undefined;
  readonly prompt: PromptUses | undefined;
  readonly calls: CallPlan;
  /** Of the service's batch API, for comparison; undefined where the rows cannot go through one. */
  readonly batchRate: BatchRate | undefined;
  /** True if rows that ask the same share an answer. */
  readonly sharesAnswers: boolean;
  readonly cache: CachePlan | undefined;
  readonly badRows: BadRows;
  readonly limit: number | undefined;
  /** Undefined: all rows are called. */
  readonly selection: RowSelection | undefined;
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
  const fabric = await decideFabricOrSteps(asked);
  if (settings.needsBatchApi) {
    const { tiers } = settings;
    decideBatchApi(
      { batchApi: {}, input: settings.input === '-' ? '' : settings.input, ...(tiers && { tiers }) },
      fabric,
    );
  }
  const input = await decideInput(settings, standardInput);
  const { calls, prompt } = await decideRowCalls(asked, fabric, input, wallNow);
  return {
    input,
    columns: input.look.columns,
    inputs: settings.inputs,
    prompt,
    calls,
    // A row that moves up a tier needs its answer at once.
    batchRate: settings.tiers === undefined ? batchRateOf(fabric) : undefined,
    sharesAnswers: settings.sharesAnswers,
    cache: decideCache(settings, calls),
    badRows: settings.badRows,
    limit: settings.limit,
    selection: await decideSelection(settings, input, undefined),
  };
}
