import { dirname, join } from 'node:path';
import type { FabricDefinition, StepDefinition } from '../definition.js';
import { STEPS, type StepUse } from '../prompt/column-uses.js';
import { compilePrompt, type PlacedStepUse } from '../prompt/compile-prompt.js';
import { type Condition, ConditionError, compileCondition } from '../prompt/condition.js';
import { nearestName } from '../prompt/nearest-name.js';
import type { FabricFileProblem } from './fabric-file-error.js';
import { pathText } from './field-value.js';
import { type OpenedFile, problemOf } from './opened-file.js';

/** A step before it is known what it needs. */
export type ReadStep = Omit<StepDefinition, 'needs' | 'promptNeeds'>;

type Needs = Pick<StepDefinition, 'needs' | 'promptNeeds'>;

/** What each step needs of those before it, and what is wrong with how it names them. */
export function checkReferences(
  steps: readonly ReadStep[],
  opened: OpenedFile,
): { readonly needs: readonly Needs[]; readonly problems: readonly FabricFileProblem[] } {
  const problems: FabricFileProblem[] = [];
  const needs = steps.map((step, index): Needs => {
    const prompt = promptUses(step);
    const uses = [
      ...prompt.map((use) => ({ use, place: placeInPrompt(use, step, index, opened) })),
      ...whenUses(step, index, opened, problems),
      ...inputUses(step, index, opened, problems),
    ];
    for (const { use, place } of uses) {
      const text = problemWith(use, steps, index);
      if (text !== undefined) problems.push({ ...place, text });
    }
    const before = steps.slice(0, index).map(({ name }) => name);
    const named = (some: readonly Pick<StepUse, 'step'>[]) =>
      before.filter((name) => some.some((use) => use.step === name || use.step === undefined));
    return { promptNeeds: named(prompt), needs: named(uses.map(({ use }) => use)) };
  });
  return { needs, problems };
}

interface PlacedUse {
  readonly use: Pick<StepUse, 'step' | 'property'>;
  readonly place: Omit<FabricFileProblem, 'text'>;
}

function promptUses({ fabric }: ReadStep): readonly PlacedStepUse[] {
  if (fabric.kind === 'named' || fabric.definition.provider === 'promptha') return [];
  return compilePrompt(fabric.definition).steps;
}

function placeInPrompt(
  { file, line, what, step }: PlacedStepUse,
  { fabric }: ReadStep,
  index: number,
  { path, source }: OpenedFile,
): PlacedUse['place'] {
  const own = fabric.kind === 'file' ? fabric.path : path;
  if (file !== undefined) return { file: join(dirname(own), file), line };
  if (fabric.kind === 'file') return { file: own, where: `${what}, line ${line}` };
  const at = [STEPS, index, what];
  const near = step === undefined ? STEPS : `${STEPS}.${step}`;
  return { file: path, line: source.lineInText(at, line, near), where: pathText(at) };
}

function whenUses(
  { when }: ReadStep,
  index: number,
  opened: OpenedFile,
  problems: FabricFileProblem[],
): PlacedUse[] {
  if (when === undefined) return [];
  const at = [STEPS, index, 'when'];
  let condition: Condition;
  try {
    condition = compileCondition(when);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    problems.push(
      problemOf(at, `wanted an expression such as steps.topic.urgent == true: ${error.message}`, opened),
    );
    return [];
  }
  const { text: _, ...place } = problemOf(at, '', opened);
  return condition.steps.map((use) => ({ use, place }));
}

/** A row may hold what a stranger wrote, and a model's answer follows it: an answer has no say in which file is sent. */
function inputUses(
  { name, fabric, inputs = [] }: ReadStep,
  index: number,
  opened: OpenedFile,
  problems: FabricFileProblem[],
): PlacedUse[] {
  const files = attachmentsOf(fabric);
  return inputs.flatMap(({ input, from }, at) => {
    if ('column' in from) return [];
    const { text: _, ...place } = problemOf([STEPS, index, 'inputs', at], '', opened);
    if (files.includes(input)) {
      const text = `the step "${name}" is sent the files that "${input}" names, and files are named by columns of the row, never by an answer`;
      problems.push({ ...place, text });
    }
    return [{ use: { step: from.step, property: from.property }, place }];
  });
}

function attachmentsOf(fabric: ReadStep['fabric']): readonly string[] {
  if (fabric.kind === 'named' || !('attachments' in fabric.definition)) return [];
  return fabric.definition.attachments ?? [];
}

/** What is wrong with the use of an answer in the step at an index. */
function problemWith(
  { step: name, property }: PlacedUse['use'],
  steps: readonly ReadStep[],
  index: number,
): string | undefined {
  if (name === undefined) return undefined;
  const found = steps.findIndex((step) => step.name === name);
  const before = steps.slice(0, index).map((step) => step.name);
  const there = before.length === 0 ? 'there is none before it' : `before it there are ${before.join(', ')}`;
  if (found === index) return `${STEPS}.${name} is the answer of this very step; ${there}`;
  if (found > index) return `the step "${name}" comes later; ${there}`;
  if (found === -1) {
    const meant = nearestName(name, before);
    return `there is no step "${name}"${meant === undefined ? '' : `, perhaps "${meant}"`}; ${there}`;
  }
  return property === undefined ? undefined : problemWithProperty(property, steps[found]);
}

function problemWithProperty(property: string, step: ReadStep | undefined): string | undefined {
  if (step === undefined || step.fabric.kind === 'named') return undefined;
  const { definition } = step.fabric;
  if (definition.provider === 'promptha') return undefined;
  const known = partsOf(definition);
  // LiquidJS has these of any list, text or object.
  if (known === undefined || known.includes(property) || LIQUID_OWN.has(property)) return undefined;
  if (known.length === 0) return `the step "${step.name}" answers with text, which has no "${property}"`;
  const meant = nearestName(property, known);
  return `the answers of "${step.name}" have no "${property}"${meant === undefined ? '' : `, perhaps "${meant}"`}; they have ${known.join(', ')}`;
}

const LIQUID_OWN: ReadonlySet<string> = new Set(['size', 'first', 'last']);

/** The parts of an answer; none where it is text, and undefined where they are not known. */
function partsOf({ output }: FabricDefinition): readonly string[] | undefined {
  if (output === undefined) return [];
  const { properties, additionalProperties } = output;
  const isListed = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
  return isListed && additionalProperties === false ? Object.keys(properties) : undefined;
}
