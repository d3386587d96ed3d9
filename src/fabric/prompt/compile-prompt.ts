import { Context, type Liquid, type Template } from 'liquidjs';
import { CallError } from '../call-error.js';
import type { PromptDefinition, RenderedPrompt } from '../definition.js';
import type { Inputs } from '../fabric.js';
import { branchingTemplate } from './branching-template.js';
import {
  type ColumnUse,
  columnUses,
  goesThroughRow,
  looksAtRow,
  ROW,
  type StepUse,
  stepUses,
} from './column-uses.js';
import { plainTemplate } from './plain-template.js';
import { promptEngine } from './prompt-engine.js';
import { templateProblems } from './template-problem.js';

/** A prompt's templates, parsed once. */
export interface CompiledPrompt {
  /** The columns that they use. */
  readonly columns: readonly ColumnUse[];
  /** They may use others too. */
  readonly goesThroughRow: boolean;
  /** The answers of steps that they use, each in the `system` or the `prompt`. */
  readonly steps: readonly PlacedStepUse[];
  /**
   * The prompt for one row; a missing column is empty.
   *
   * @throws CallError (`bad-request`) where the templates can't take the row's values.
   */
  render(inputs: Inputs): RenderedPrompt;
}

export interface PlacedStepUse extends StepUse {
  readonly what: 'system' | 'prompt';
}

/** A template can't be parsed, or a file that it includes is missing. Fabric files have been checked for this. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly kind = 'template';
}

/** @throws TemplateError */
export function compilePrompt(definition: PromptDefinition): CompiledPrompt {
  const { partials } = definition;
  const engine = promptEngine({ partials });
  const system =
    definition.system === undefined ? undefined : compileText(engine, definition.system, partials, 'system');
  const prompt = compileText(engine, definition.prompt, partials, 'prompt');
  return {
    columns: [...(system?.columns ?? []), ...prompt.columns],
    goesThroughRow: system?.goesThroughRow === true || prompt.goesThroughRow,
    steps: [...(system?.steps ?? []), ...prompt.steps],
    render: (inputs) =>
      system === undefined
        ? { prompt: prompt.render(inputs) }
        : { system: system.render(inputs), prompt: prompt.render(inputs) },
  };
}

export interface UnknownColumn {
  readonly name: string;
  /** Where it is used first: `prompt`, and its line there, from 1. */
  readonly text: string;
  readonly line: number;
}

/** The columns that a prompt or an expression uses and that are not among these, each once. */
export function unknownColumns(
  prompt: Pick<CompiledPrompt, 'columns'>,
  columns: readonly string[],
): UnknownColumn[] {
  const known = new Set(columns);
  const unknown = new Map<string, UnknownColumn>();
  for (const { name, text, line, throughRow } of prompt.columns) {
    // Where a column is named row, its members are its own.
    if (known.has(name) || unknown.has(name) || (throughRow && known.has(ROW))) continue;
    unknown.set(name, { name, text, line });
  }
  return [...unknown.values()];
}

interface CompiledText {
  readonly columns: readonly ColumnUse[];
  readonly goesThroughRow: boolean;
  readonly steps: readonly PlacedStepUse[];
  render(inputs: Inputs): string;
}

function compileText(
  engine: Liquid,
  text: string,
  partials: PromptDefinition['partials'],
  what: PlacedStepUse['what'],
): CompiledText {
  try {
    const templates = engine.parse(text);
    const render = renderingOf(templates, engine);
    return {
      columns: columnUses(templates, what),
      goesThroughRow: goesThroughRow(templates),
      steps: stepUses(templates).map((use) => ({ ...use, what })),
      render:
        plainTemplate(text) ??
        onceIf(isConstant(templates, text, partials), (inputs) =>
          renderOrFail(() => render(inputs), engine, what),
        ),
    };
  } catch (error) {
    throw new TemplateError(describe(error, engine, what));
  }
}

function renderingOf(templates: Template[], engine: Liquid): (inputs: Inputs) => string {
  const options = { liquid: engine };
  const contextOf = (inputs: Inputs) =>
    new Context(Object.create(null), engine.options, { globals: scopeOf(inputs), sync: true }, options);
  const inFull = (inputs: Inputs) => String(engine.renderSync(templates, contextOf(inputs)));
  const branching = branchingTemplate(templates);
  if (branching === undefined) return inFull;
  return (inputs) => {
    try {
      return branching(contextOf(inputs));
    } catch {
      // LiquidJS itself says where in the template it is that a value does not fit.
      return inFull(inputs);
    }
  };
}

/** One text for all rows. Apart from the row, it depends only on filters of dates. */
function isConstant(templates: Template[], text: string, partials: PromptDefinition['partials']): boolean {
  const usesDates = [text, ...Object.values(partials)].some((template) => /\|\s*date/.test(template));
  return !usesDates && !looksAtRow(templates);
}

/** A system text that includes a file takes Liquid some 10 µs, and is the same for a million rows. */
function onceIf(isConstant: boolean, render: (inputs: Inputs) => string): (inputs: Inputs) => string {
  if (!isConstant) return render;
  let text: string | undefined;
  return (inputs) => {
    text ??= render(inputs);
    return text;
  };
}

function renderOrFail(render: () => string, engine: Liquid, what: string): string {
  try {
    return render();
  } catch (error) {
    throw new CallError('bad-request', `the template fails: ${describe(error, engine, what)}`);
  }
}

function describe(error: unknown, engine: Liquid, what: string): string {
  const [problem] = templateProblems(error, engine);
  return problem === undefined ? what : `${problem.file ?? what}, line ${problem.line}: ${problem.text}`;
}

/**
 * All that a template can reach. As LiquidJS' globals, included files see it too and `increment` can't change it;
 * without a prototype, a column may have any name.
 */
function scopeOf(inputs: Inputs): object {
  const scope: Record<string, unknown> = Object.assign(Object.create(null), inputs);
  if (!Object.hasOwn(inputs, ROW)) scope[ROW] = inputs;
  // Of what has no `size`, LiquidJS would give the number of members.
  if (!Object.hasOwn(inputs, 'size')) scope.size = undefined;
  return scope;
}
