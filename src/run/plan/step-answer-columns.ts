import type { StepDefinition } from '../../fabric/definition.js';
import { nearestName } from '../../fabric/prompt/nearest-name.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import {
  type AnswerColumn,
  type AnswerProperties,
  checkApart,
  type InputColumns,
  PREFIX,
  propertiesOfLocal,
  schemaProperties,
} from './columns.js';
import type { ChainPlan } from './fabric.js';

/** A step and what is known of its answers. */
interface AnsweringStep {
  readonly name: string;
  readonly line: number;
  readonly properties: AnswerProperties;
}

/**
 * Decides the columns of a run with steps: one for the answer of each step, or those that `--columns` names. In JSONL the
 * answers stand by the names of their steps in the one column already.
 *
 * @throws SetUpError where there is no such step or property, or where a column is there already.
 */
export function decideStepColumns(
  { columns: asked, outputColumn }: Pick<RunSettings, 'columns' | 'outputColumn'>,
  chain: ChainPlan,
  input: InputColumns,
  isText: boolean,
): readonly AnswerColumn[] {
  const steps = chain.steps.map(answeringStep);
  if (asked === undefined && !isText && outputColumn !== undefined) return [];
  if (asked === undefined) {
    const columns = steps.map(wholeAnswer);
    checkStepsFree(columns, steps, chain, outputColumn, input);
    return columns;
  }
  const columns = asked === 'all' ? steps.flatMap(allOf) : asked.map((text) => askedColumn(text, steps));
  checkApart(columns, outputColumn, input);
  return columns;
}

function answeringStep({ name, line, fabric }: StepDefinition): AnsweringStep {
  if (fabric.kind === 'named') return { name, line, properties: propertiesOfLocal(fabric.text) ?? 'unknown' };
  const { definition } = fabric;
  if (definition.output !== undefined) return { name, line, properties: schemaProperties(definition.output) };
  return { name, line, properties: definition.provider === 'promptha' ? 'unknown' : 'none' };
}

function wholeAnswer({ name }: AnsweringStep): AnswerColumn {
  return { property: name, column: PREFIX + name };
}

function propertyOf(step: string, property: string): AnswerColumn {
  return { step, property, column: `${PREFIX}${step}_${property}` };
}

function allOf(step: AnsweringStep): AnswerColumn[] {
  const { name, properties } = step;
  return typeof properties === 'string'
    ? [wholeAnswer(step)]
    : properties.map((property) => propertyOf(name, property));
}

/** `title`, `classify.topic`, either with another name for its column: `classify.topic:label`. */
function askedColumn(text: string, steps: readonly AnsweringStep[]): AnswerColumn {
  const colon = text.indexOf(':');
  const path = (colon === -1 ? text : text.slice(0, colon)).trim();
  const column = colon === -1 ? undefined : text.slice(colon + 1).trim();
  if (path === '' || column === '')
    throw new SetUpError(
      `--columns: wanted a step or a part of its answer, and the name of its column, such as classify.topic:label, got "${text}"`,
    );
  const [name = '', ...rest] = path.split('.');
  const step = steps.find((one) => one.name === name);
  if (step === undefined) {
    const names = steps.map((one) => one.name);
    const meant = nearestName(name, names);
    throw new SetUpError(
      `--columns: there is no step "${name}"${meant === undefined ? '' : `, perhaps "${meant}"`}; there are ${names.join(', ')}`,
    );
  }
  const found = rest.length === 0 ? wholeAnswer(step) : partOf(step, rest.join('.'));
  return column === undefined ? found : { ...found, column };
}

function partOf({ name, properties }: AnsweringStep, property: string): AnswerColumn {
  if (properties === 'none')
    throw new SetUpError(`--columns: the step "${name}" answers with text, which has no "${property}"`);
  if (properties !== 'unknown' && !properties.includes(property)) {
    throw new SetUpError(
      `--columns: the answers of the step "${name}" have no "${property}"; they have ${properties.join(', ')}`,
    );
  }
  return propertyOf(name, property);
}

/** A column that nobody has asked for is in the way of one of the input, or of the whole answers. */
function checkStepsFree(
  columns: readonly AnswerColumn[],
  steps: readonly AnsweringStep[],
  chain: ChainPlan,
  outputColumn: string | undefined,
  input: InputColumns,
): void {
  for (const [index, { column, property }] of columns.entries()) {
    const isOutput = column === outputColumn;
    if (!isOutput && !input.columns.includes(column)) continue;
    const where = isOutput ? 'the whole answers go to' : `${input.name} has`;
    throw new SetUpError(
      `${chain.source.text}:${steps[index]?.line}: step ${property}: ${where} a column "${column}" already, where its answers would go; name the columns, as in --columns ${columns.map((one) => (one === columns[index] ? `${property}:name` : one.property)).join(',')}`,
    );
  }
}
