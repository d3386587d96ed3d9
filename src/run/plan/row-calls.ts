import { isKnownBeforehand } from '../../fabric/price/pricer.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import { type CallPlan, fabricsOf, type StepsPlan } from './call-plan.js';
import { type CallLimitSettings, decideCalls } from './calls.js';
import type { ChainPlan, FabricPlan, FabricSettings } from './fabric.js';
import type { InputPlan } from './input.js';
import { checkPrompt, checkUsedColumns, type PromptUses, usesOfAll } from './prompt.js';
import { checkSteps, decideSteps } from './steps.js';
import { decideTiers } from './tiers.js';

/** How the calls of a run are made, and what they use of a row. */
export interface RowCalls {
  readonly calls: CallPlan;
  /** Undefined where a fabric has no templates, and is sent all inputs. */
  readonly prompt: PromptUses | undefined;
}

/** The settings that decide how rows are called. */
export interface RowCallSettings
  extends Omit<CallLimitSettings, 'wallNow'>,
    Omit<FabricSettings, 'fabric'>,
    Pick<RunSettings, 'inputs' | 'tiers'> {}

/**
 * Decides how rows are called: by the first fabric and those of the tiers above it, or by those of the steps.
 *
 * @throws SetUpError, FabricFileError, also where a fabric's templates use what they are not sent.
 */
export async function decideRowCalls(
  settings: RowCallSettings,
  fabric: FabricPlan | ChainPlan,
  input: Pick<InputPlan, 'source' | 'look'>,
  wallNow: () => number,
): Promise<RowCalls> {
  const asked = { ...settings, wallNow };
  if (fabric.kind === 'steps') {
    const calls = await decideChain(fabric, asked);
    const prompt = await checkSteps(fabric, calls.steps, input, settings.inputs);
    checkUsedColumns(input.source.name, input.look, settings.inputs, prompt);
    return { calls, prompt };
  }
  const uses: (PromptUses | undefined)[] = [];
  const check = async (one: FabricPlan, also: readonly string[]): Promise<void> => {
    const surroundings = { path: one.source.text, inputs: settings.inputs, input, also };
    uses.push(one.kind === 'local' ? undefined : await checkPrompt(one.definition, surroundings));
  };
  await check(fabric, []);
  const first = await decideCalls(fabric, asked);
  if (settings.tiers === undefined) return { calls: first, prompt: usedOf() };
  const tiers = await decideTiers(settings.tiers, fabric, asked, check);
  const calls: CallPlan = { ...first, tiers };
  checkUnits(calls);
  return { calls, prompt: usedOf() };

  function usedOf(): PromptUses | undefined {
    const prompt = usesOfAll(uses);
    checkUsedColumns(input.source.name, input.look, settings.inputs, prompt);
    return prompt;
  }
}

/**
 * How the rows of a fabric with steps are called.
 *
 * @throws SetUpError where there are tiers as well.
 */
export async function decideChain(
  chain: ChainPlan,
  asked: RowCallSettings & Pick<CallLimitSettings, 'wallNow'>,
): Promise<CallPlan & { readonly steps: StepsPlan }> {
  if (asked.tiers !== undefined)
    throw new SetUpError(
      `--tier: ${chain.source.text} has steps, and tiers are for one fabric; leave it out`,
    );
  const steps = await decideSteps(chain, asked);
  const calls = { ...steps[0].calls, fabric: chain, steps };
  checkUnits(calls);
  return calls;
}

/** The unit of all costs of a run; undefined where no price is known. */
export function unitOf(calls: CallPlan): string | undefined {
  const known = fabricsOf(calls).flatMap(({ pricer }) => pricer ?? []);
  const paid = known.filter(({ source }) => source !== 'on-device');
  return (paid.find(isKnownBeforehand) ?? paid[0] ?? known[0])?.unit;
}

/** True where a part of all costs is reckoned by a price that is a guess. */
export function isCostGuessed(calls: CallPlan): boolean {
  return fabricsOf(calls).some(({ pricer }) => pricer?.source === 'guess');
}

/** Costs in different units cannot be added. */
function checkUnits(calls: CallPlan): void {
  const unit = unitOf(calls);
  for (const { fabric, pricer } of fabricsOf(calls)) {
    if (!isKnownBeforehand(pricer) || pricer.source === 'on-device' || pricer.unit === unit) continue;
    throw new SetUpError(
      `${fabric.id} is priced in ${pricer.unit}, the others in ${unit}: state all prices in one unit (price: in the fabric files, or --price)`,
    );
  }
}
