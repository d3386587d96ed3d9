import type { FabricDefinition } from '../../fabric/definition.js';
import { type CheckedChain, type CheckedFabric, checkFabric } from '../../run/inspect/fabric-file.js';
import type { StepPlan } from '../../run/plan/call-plan.js';
import { settingsOfInput } from '../../run/settings/settings-of-options.js';
import { counted } from '../../wording/wording.js';
import type { ExitCode } from '../exit-codes.js';
import type { CommandContext } from '../io.js';
import type { CheckFlags } from '../options/fabrics.js';
import { print, say } from '../print.js';
import { livePrice } from '../text/batch-price.js';

/** `batchai fabrics check`: one line where the file is right, one more a step, and where it is not, what is wrong with it. */
export async function checkFabricCommand(
  fabric: string,
  flags: CheckFlags,
  { io }: CommandContext,
): Promise<ExitCode> {
  const input = flags.input === undefined ? {} : { input: flags.input };
  const checked = await checkFabric({ fabric, ...input, ...settingsOfInput(flags) }, io.stdin);
  for (const warning of checked.warnings) say(io, `warning: ${fabric}: ${warning}`);
  print(io, `${fabric}: ok: ${checked.kind === 'steps' ? describeChain(checked) : describeOne(checked)}\n`);
  return 0;
}

function describeOne({ definition, columns }: CheckedFabric): string {
  const { provider, name } = definition;
  const uses = provider === 'promptha' ? '' : `, ${describeUses(columns)}`;
  return `${name}, ${describeModel(definition)}${uses}${describeAnswer(definition)}`;
}

function describeChain({ name, steps, columns }: CheckedChain): string {
  const lines = steps.map((step) => `\n  ${step.name}: ${describeStep(step)}`);
  return `${name}, ${counted(steps.length, 'step')}, ${describeUses(columns)}${lines.join('')}`;
}

function describeStep({ calls, when }: StepPlan): string {
  const { fabric } = calls;
  const condition = when === undefined ? '' : `, where ${when.text}`;
  if (fabric.kind === 'local') return `${fabric.id}${condition}`;
  const { definition } = fabric;
  return `${describeModel(definition)}${condition}${describeAnswer(definition)}; ${livePrice(calls)}`;
}

function describeModel(definition: FabricDefinition): string {
  if (definition.provider === 'promptha') return `the fabric ${definition.fabricId} at Promptha`;
  const files = definition.provider === 'llama' ? [] : (definition.attachments ?? []);
  const sent = files.length === 0 ? '' : `, with the files in ${files.join(', ')}`;
  return `${definition.model} (${definition.provider})${sent}`;
}

function describeUses(columns: readonly string[]): string {
  return `uses ${columns.length === 0 ? 'no column' : columns.join(', ')}`;
}

function describeAnswer({ provider, output }: FabricDefinition): string {
  if (output !== undefined) return `; answers with ${Object.keys(output.properties ?? {}).join(', ')}`;
  // What a fabric at Promptha answers with, only Promptha knows.
  return provider === 'promptha' ? '' : '; answers with text';
}
