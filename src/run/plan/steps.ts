import type { FabricDefinition, StepDefinition } from '../../fabric/definition.js';
import type { Condition } from '../../fabric/prompt/condition.js';
import type { SentToStep } from '../../fabric/steps/step-inputs.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import type { FabricCalls, StepPlan, StepsPlan } from './call-plan.js';
import { type CallLimitSettings, decideCalls, ownPrice } from './calls.js';
import {
  type ChainPlan,
  decideFabric,
  type FabricPlan,
  type FabricSettings,
  planOfDefinition,
} from './fabric.js';
import type { InputPlan } from './input.js';
import { checkPrompt, type PromptUses, usesOfAll } from './prompt.js';

/**
 * Finds the fabrics of all steps, and how their calls are made.
 *
 * @throws SetUpError where one is not known here, or where its key is missing.
 */
export async function decideSteps(
  chain: ChainPlan,
  asked: CallLimitSettings & Omit<FabricSettings, 'fabric'>,
): Promise<StepsPlan> {
  const [first, ...others] = chain.steps;
  const plans: [StepPlan] = [await decideStep(first, chain, asked, [])];
  for (const step of others) plans.push(await decideStep(step, chain, asked, plans));
  return plans;
}

async function decideStep(
  step: StepDefinition,
  chain: ChainPlan,
  asked: CallLimitSettings & Omit<FabricSettings, 'fabric'>,
  before: readonly StepPlan[],
): Promise<StepPlan> {
  const fabric = await fabricOf(step, chain, asked);
  const calls = await decideCalls(fabric, ownPrice(fabric, asked));
  const shared = before.findIndex((other) => shareLimits(other.calls, calls));
  const { name, line, when, needs } = step;
  return {
    ...{ name, line, calls, needs, when: when === undefined ? undefined : await conditionOf(when) },
    sent: await sentTo(step, fabric),
    sharesWith: shared === -1 ? before.length : shared,
  };
}

function fabricOf(
  { fabric }: StepDefinition,
  chain: ChainPlan,
  asked: Omit<FabricSettings, 'fabric'>,
): Promise<FabricPlan> {
  if (fabric.kind === 'named') return decideFabric({ ...asked, fabric: fabric.text });
  const text = fabric.kind === 'file' ? fabric.path : chain.source.text;
  return planOfDefinition(fabric.definition, { kind: 'path', text }, asked);
}

async function conditionOf(when: string): Promise<StepPlan['when']> {
  const { compileCondition } = await import('../../fabric/prompt/condition.js');
  const condition: Condition = compileCondition(when);
  return { text: when, condition };
}

async function sentTo({ inputs, promptNeeds }: StepDefinition, fabric: FabricPlan): Promise<SentToStep> {
  const uses = fabric.kind === 'local' ? ALL_COLUMNS : await promptColumns(fabric.definition);
  return { ...uses, needs: promptNeeds, ...(inputs === undefined ? {} : { inputs }) };
}

const ALL_COLUMNS: Pick<SentToStep, 'columns' | 'files'> = { columns: undefined, files: [] };

/** The columns that a prompt and its files use; all where it may use any, or where there is none here. */
async function promptColumns(definition: FabricDefinition): Promise<typeof ALL_COLUMNS> {
  if (definition.provider === 'promptha' || definition.prompt === '') return ALL_COLUMNS;
  const { compilePrompt } = await import('../../fabric/prompt/compile-prompt.js');
  const { ROW, STEPS } = await import('../../fabric/prompt/column-uses.js');
  const { columns, goesThroughRow } = compilePrompt(definition);
  if (goesThroughRow) return ALL_COLUMNS;
  // Where a column is itself named row, its members are meant.
  const names = columns.flatMap(({ name, throughRow }) => (throughRow ? [name, ROW] : [name]));
  const files = definition.provider === 'llama' ? [] : (definition.attachments ?? []);
  return {
    columns: [...new Set([...names, ...files])].filter((name) => name !== STEPS),
    files: files.filter((name) => !names.includes(name)),
  };
}

/** Whether two steps call the same model, so that what the service allows is for both together. */
function shareLimits(one: FabricCalls, other: FabricCalls): boolean {
  const service = serviceOf(one.fabric);
  return service !== undefined && limitsOf(one, service) === limitsOf(other, serviceOf(other.fabric));
}

function limitsOf({ rate, tokensPerMinute, concurrency }: FabricCalls, service: string | undefined): string {
  return JSON.stringify([service, rate, tokensPerMinute, concurrency]);
}

/** Undefined where a fabric shares its limits with no other. */
function serviceOf(fabric: FabricPlan): string | undefined {
  switch (fabric.kind) {
    case 'model': {
      const { provider, baseUrl, model, keyEnv } = fabric.definition;
      return JSON.stringify([provider, baseUrl, model, keyEnv]);
    }
    case 'promptha':
      return JSON.stringify([fabric.definition.baseUrl, fabric.definition.keyEnv]);
    default:
      return undefined;
  }
}

/** What the steps may use of a row. */
interface Sent {
  readonly input: Pick<InputPlan, 'source' | 'look'>;
  readonly inputs: RunSettings['inputs'];
  readonly names: readonly string[];
}

/**
 * Checks that every column that the steps use is sent to them.
 *
 * @returns what they use of a row, all together; undefined where one of them is sent all of it.
 * @throws SetUpError with the line of the step, and the column that was probably meant.
 */
export async function checkSteps(
  chain: ChainPlan,
  steps: StepsPlan,
  input: Sent['input'],
  inputs: RunSettings['inputs'],
): Promise<PromptUses | undefined> {
  const { STEPS } = await import('../../fabric/prompt/column-uses.js');
  const names = inputs?.map((one) => one.input) ?? input.look.columns;
  if (names.includes(STEPS)) {
    throw new SetUpError(
      `${chain.source.text}:${steps[0].line}: ${input.source.name} has a column "${STEPS}", which the answers of the steps would hide; send the columns with --inputs, this one under another name, as in --inputs ${names.filter((name) => name !== STEPS).join(',')},other=${STEPS}`,
    );
  }
  const uses: (PromptUses | undefined)[] = [];
  for (const [index, step] of steps.entries()) {
    const file = chain.source.text;
    const place = { file, at: [STEPS, index], words: `${file}:${step.line}: step ${step.name}` };
    uses.push(await usesOfStep(step, place, { input, inputs, names }, STEPS));
    uses.push(await usesOfWhen(step, place, { input, inputs, names }, STEPS));
  }
  return usesOfAll(uses);
}

/** Where a step stands. */
interface StepPlace {
  readonly file: string;
  readonly at: readonly (string | number)[];
  readonly words: string;
}

async function usesOfStep(
  { calls: { fabric }, sent }: StepPlan,
  { file, at, words }: StepPlace,
  { input, inputs, names }: Sent,
  steps: string,
): Promise<PromptUses | undefined> {
  const { inputs: stated } = sent;
  const own = stated?.map((one) => ({ input: one.input, column: one.input })) ?? inputs;
  const prompt =
    fabric.kind === 'local'
      ? undefined
      : await checkPrompt(fabric.definition, {
          ...{ path: fabric.source.text, inputs: own, input, also: [steps] },
          ...(fabric.source.text === file ? { at } : {}),
          ...(stated === undefined ? {} : { sentBy: 'its inputs:' }),
        });
  if (stated === undefined) return prompt;
  const columns = stated.flatMap(({ from }) => ('column' in from ? [from.column] : []));
  const unknown = columns.find((name) => !names.includes(name));
  // A JSONL file without a row has no columns, and nothing to be asked.
  if (unknown !== undefined && names.length > 0)
    await refuse(unknown, 'inputs', words, { input, inputs, names });
  return { columns, files: prompt?.files ?? [], goesThroughRow: false };
}

async function usesOfWhen(
  { when }: StepPlan,
  { words }: StepPlace,
  sent: Sent,
  steps: string,
): Promise<PromptUses | undefined> {
  if (when === undefined) return NOTHING;
  const { unknownColumns } = await import('../../fabric/prompt/compile-prompt.js');
  const [unknown] = sent.names.length === 0 ? [] : unknownColumns(when.condition, [...sent.names, steps]);
  if (unknown !== undefined) await refuse(unknown.name, 'when', words, sent);
  const columns = when.condition.columns.map(({ name }) => name).filter((name) => name !== steps);
  return { columns, files: [], goesThroughRow: false };
}

const NOTHING: PromptUses = { columns: [], files: [], goesThroughRow: false };

async function refuse(
  name: string,
  field: string,
  at: string,
  { input, inputs, names }: Sent,
): Promise<never> {
  const { nearestName } = await import('../../fabric/prompt/nearest-name.js');
  const nearest = nearestName(name, names);
  const missing =
    inputs === undefined ? `${input.source.name} has no such column` : '--inputs sends no such column';
  throw new SetUpError(
    `${at}: ${field}: "${name}" is used, but ${missing}${nearest === undefined ? '' : `, perhaps "${nearest}"`}`,
  );
}
