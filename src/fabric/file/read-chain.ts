import { dirname, join } from 'node:path';
import type { ChainDefinition, FabricDefinition, StepDefinition, StepInput } from '../definition.js';
import { STEPS } from '../prompt/column-uses.js';
import { CHAIN_FIELDS, type ChainFields, fabricFieldsOf, STEP_FIELDS } from './chain-fields.js';
import { checkFields, problemsOf } from './check-fields.js';
import { define, nameOfFile } from './define.js';
import { FabricFileError, type FabricFileProblem } from './fabric-file-error.js';
import { checkTemplates, type OpenedFile, problemOf } from './opened-file.js';
import { checkReferences, type ReadStep } from './step-references.js';

type StepFields = ChainFields['steps'][number];

/** Reads a file with one fabric. */
export type ReadOne = (path: string) => Promise<FabricDefinition>;

/** Whether the value of a fabric file has steps. */
export function isChain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'steps' in value;
}

/**
 * Reads the steps of a fabric file, and the fabric files that they name.
 *
 * @throws FabricFileError with everything that is wrong, each with its line.
 */
export async function readChain(opened: OpenedFile, readOne: ReadOne): Promise<ChainDefinition> {
  const parsed = CHAIN_FIELDS.safeParse(opened.value);
  const inFields = (parsed.error?.issues ?? [])
    .flatMap((issue) => problemsOf(issue, opened.value, Object.keys(CHAIN_FIELDS.shape)))
    .map(({ path, text }) => problemOf(path, text, opened));
  throwIfAny([...opened.problems, ...inFields]);
  if (parsed.data === undefined) throw new FabricFileError([]);
  const fields = parsed.data;
  const read = await Promise.all(
    fields.steps.map((step, index) => readStep(step, index, fields, opened, readOne)),
  );
  throwIfAny([
    ...namedTwice(fields, opened),
    ...read.flatMap((step) => ('problems' in step ? step.problems : [])),
  ]);
  const steps = read.flatMap((step) => ('problems' in step ? [] : [step]));
  const { needs, problems } = checkReferences(steps, opened);
  throwIfAny(problems);
  return {
    name: fields.name ?? nameOfFile(opened.path),
    steps: steps.map((step, index) => ({ ...step, ...(needs[index] ?? { promptNeeds: [], needs: [] }) })),
  };
}

async function readStep(
  step: StepFields,
  index: number,
  chain: ChainFields,
  opened: OpenedFile,
  readOne: ReadOne,
): Promise<ReadStep | { readonly problems: readonly FabricFileProblem[] }> {
  const at = [STEPS, index];
  const { name, when, inputs } = step;
  const found =
    step.fabric === undefined
      ? await readInline(step, index, chain, opened)
      : await readNamed(step.fabric, step, index, opened, readOne);
  if ('problems' in found) return found;
  return {
    name,
    line: opened.source.lineOf([...at, 'name']),
    ...(when === undefined ? {} : { when }),
    ...(inputs === undefined ? {} : { inputs: inputs.map(inputOf) }),
    fabric: found,
  };
}

/** `review`, `text=review`, `text=steps.translate`, `topic=steps.classify.topic`. */
function inputOf(text: string): StepInput {
  const [, named = text, from = text] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const input = named.trim();
  const [root, step, ...property] = from.trim().split('.');
  if (root !== STEPS || step === undefined) return { input, from: { column: from.trim() } };
  const isWhole = property.length === 0;
  return {
    input: input.startsWith(`${STEPS}.`) ? (property.at(-1) ?? step) : input,
    from: isWhole ? { step } : { step, property: property.join('.') },
  };
}

type Found = StepDefinition['fabric'] | { readonly problems: readonly FabricFileProblem[] };

async function readInline(
  step: StepFields,
  index: number,
  chain: ChainFields,
  opened: OpenedFile,
): Promise<Found> {
  const at = [STEPS, index];
  const merged = fabricFieldsOf(step, chain);
  const { fields, problems } = checkFields(merged, Object.keys(STEP_FIELDS));
  const templates = await checkTemplates(opened, at);
  const own = problems.map(({ path, text }) => problemOf([...at, ...path], text, opened));
  // A system prompt of the chain is checked with the first step that has it.
  const shared = merged.system === step.system ? undefined : await checkTemplates(opened, []);
  const all = [
    ...own,
    ...templates.problems,
    ...templates.inPartials,
    ...(index === 0 ? [...(shared?.problems ?? []), ...(shared?.inPartials ?? [])] : []),
  ];
  if (fields === undefined || all.length > 0) return { problems: all };
  const partials = { ...shared?.partials, ...templates.partials };
  return { kind: 'inline', definition: define(opened.path, fields, partials) };
}

async function readNamed(
  text: string,
  step: StepFields,
  index: number,
  opened: OpenedFile,
  readOne: ReadOne,
): Promise<Found> {
  const at = [STEPS, index];
  const others = Object.keys(step).filter((field) => !Object.hasOwn(STEP_FIELDS, field));
  if (others.length > 0) {
    return {
      problems: others.map((field) =>
        problemOf([...at, field], `it has no place beside fabric: it stands in ${text}`, opened),
      ),
    };
  }
  if (!/\.ya?ml$/i.test(text)) return { kind: 'named', text };
  const path = join(dirname(opened.path), text);
  try {
    return { kind: 'file', path, definition: await readOne(path) };
  } catch (error) {
    if (!(error instanceof FabricFileError)) throw error;
    return { problems: error.problems };
  }
}

function namedTwice({ steps }: ChainFields, opened: OpenedFile): FabricFileProblem[] {
  return steps.flatMap(({ name }, index) => {
    const first = steps.findIndex((other) => other.name === name);
    if (first === index) return [];
    const line = opened.source.lineOf([STEPS, first, 'name']);
    return [problemOf([STEPS, index, 'name'], `there is a step "${name}" already, on line ${line}`, opened)];
  });
}

function throwIfAny(problems: readonly FabricFileProblem[]): void {
  if (problems.length === 0) return;
  throw new FabricFileError([...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
}
