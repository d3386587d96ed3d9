import type { Readable } from 'node:stream';
import type { FabricDefinition } from '../../fabric/definition.js';
import { readFabric } from '../../fabric/file/read-fabric-file.js';
import { llamaParameters } from '../../fabric/llama/llama-parameters.js';
import { knownRefusals } from '../../fabric/model/known-refusals.js';
import { STEPS } from '../../fabric/prompt/column-uses.js';
import { compilePrompt } from '../../fabric/prompt/compile-prompt.js';
import type { StepsPlan } from '../plan/call-plan.js';
import { type ChainPlan, decideFabricOrSteps } from '../plan/fabric.js';
import { decideInput, type InputSettings } from '../plan/input.js';
import { checkPrompt } from '../plan/prompt.js';
import { checkSteps, decideSteps } from '../plan/steps.js';
import { SetUpError } from '../settings/set-up-error.js';

export interface CheckSettings extends Partial<Omit<InputSettings, 'badRows' | 'limit' | 'outputColumn'>> {
  /** The path of a fabric file. */
  readonly fabric: string;
}

/** A fabric file that is right. */
export type Checked = CheckedFabric | CheckedChain;

export interface CheckedChain {
  readonly kind: 'steps';
  readonly name: string;
  readonly steps: StepsPlan;
  /** The columns that its steps use. */
  readonly columns: readonly string[];
  readonly warnings: readonly string[];
}

export interface CheckedFabric {
  readonly kind: 'one';
  readonly definition: FabricDefinition;
  /** The columns that its templates use. */
  readonly columns: readonly string[];
  /** What will probably fail all the same, each in a line. */
  readonly warnings: readonly string[];
}

/**
 * Checks a fabric file and, where an input is given, that its rows have the columns that are used.
 *
 * @throws FabricFileError, LlamaSetUpError, InputError, SetUpError
 */
export async function checkFabric(settings: CheckSettings, standardInput: Readable): Promise<Checked> {
  const definition = await readFabric(settings.fabric);
  return 'steps' in definition
    ? checkChain(settings, standardInput)
    : checkOne(definition, settings, standardInput);
}

async function checkOne(
  definition: FabricDefinition,
  settings: CheckSettings,
  standardInput: Readable,
): Promise<CheckedFabric> {
  const { fabric: path, input: name, inputs } = settings;
  if (definition.provider === 'llama') llamaParameters(definition.parameters);
  if (name !== undefined) {
    const input = await decideInput({ ...settings, input: name, badRows: 'dead-letter' }, standardInput);
    await checkPrompt(definition, { path, inputs, input });
  }
  const uses = definition.provider === 'promptha' ? [] : compilePrompt(definition).columns;
  const columns = [...new Set(uses.map((use) => use.name))];
  return { kind: 'one', definition, columns, warnings: warningsOf(definition) };
}

function warningsOf(definition: FabricDefinition): readonly string[] {
  const isModel = definition.provider === 'openai' || definition.provider === 'anthropic';
  return isModel ? knownRefusals(definition) : [];
}

async function checkChain(settings: CheckSettings, standardInput: Readable): Promise<CheckedChain> {
  const { input: name, inputs } = settings;
  const chain = await decideChainUnkeyed(settings.fabric);
  const steps = await decideSteps(chain, UNCALLED);
  if (name !== undefined) {
    const input = await decideInput({ ...settings, input: name, badRows: 'dead-letter' }, standardInput);
    await checkSteps(chain, steps, input, inputs);
  }
  const warnings = steps.flatMap(({ name: step, calls: { fabric } }) =>
    fabric.kind === 'local' ? [] : warningsOf(fabric.definition).map((text) => `step ${step}: ${text}`),
  );
  return { kind: 'steps', name: chain.id, steps, columns: columnsOf(steps), warnings };
}

/** Nothing is called, so that no key is needed. */
const UNCALLED = {
  attempts: 1,
  timeoutMs: 0,
  wallNow: () => 0,
  environment: {},
  callsElsewhere: true,
} as const;

async function decideChainUnkeyed(path: string): Promise<ChainPlan> {
  const fabric = await decideFabricOrSteps({ ...UNCALLED, fabric: path });
  if (fabric.kind === 'steps') return fabric;
  throw new SetUpError(`${path} has changed while it was read`);
}

function columnsOf(steps: StepsPlan): readonly string[] {
  const names = steps.flatMap(({ sent, when }) => [
    ...(sent.inputs?.flatMap(({ from }) => ('column' in from ? [from.column] : [])) ?? sent.columns ?? []),
    ...(when?.condition.columns.map((use) => use.name) ?? []),
  ]);
  return [...new Set(names)].filter((name) => name !== STEPS);
}
