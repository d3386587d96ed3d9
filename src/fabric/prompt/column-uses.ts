import { analyzeSync, type Template, type Variable } from 'liquidjs';

/** A column that a template uses. */
export interface ColumnUse {
  readonly name: string;
  /** `prompt`, `system`, `expression`, or an included file, such as `tone.liquid`. */
  readonly text: string;
  /** Its line there, from 1. */
  readonly line: number;
  /** Used as `row["name"]`: unless there is a column that is itself named row. */
  readonly throughRow: boolean;
}

/** The object with all inputs, for names that are not identifiers: `row["Product Name"]`. */
export const ROW = 'row';

/**
 * The columns that a template and the files that it includes use, each once, in reading order. Names that it
 * assigns, captures or loops with are left out, as are names made while it renders (`row[other]`).
 *
 * @param what `system` or `prompt`, as its places are to be named.
 * @throws what LiquidJS throws where an included file is missing or wrong.
 */
export function columnUses(templates: Template[], what: string): ColumnUse[] {
  const uses = new Map<string, ColumnUse>();
  const variables = Object.values(analyzeSync(templates).globals).flat().sort(inReadingOrder);
  for (const variable of variables) {
    const use = useOf(variable, what);
    if (use === undefined) continue;
    const key = `${use.throughRow} ${use.name}`;
    if (!uses.has(key)) uses.set(key, use);
  }
  return [...uses.values()];
}

/** The answer of a step that a template uses: `steps.classify.topic`. */
export interface StepUse {
  /** Undefined: a name that is only made while it renders, so that it may be any. */
  readonly step: string | undefined;
  /** Of the answer; undefined: all of it. */
  readonly property: string | undefined;
  /** The included file in which it stands; undefined: the template itself. */
  readonly file: string | undefined;
  /** From 1. */
  readonly line: number;
}

/** The object with the answers of the steps before. */
export const STEPS = 'steps';

/** The answers of steps that a template and the files that it includes use, in reading order. */
export function stepUses(templates: Template[]): StepUse[] {
  const variables = Object.values(analyzeSync(templates).globals).flat().sort(inReadingOrder);
  return variables
    .filter(({ segments: [root] }) => root === STEPS)
    .map(({ segments: [, step, property], location }) => ({
      step: typeof step === 'string' ? step : undefined,
      property: typeof property === 'string' ? property : undefined,
      file: location.file,
      line: location.row,
    }));
}

/** Whether a template may use columns that it does not name: it goes through all of the row, or makes names. */
export function goesThroughRow(templates: Template[]): boolean {
  const variables = Object.values(analyzeSync(templates).globals).flat();
  return variables.some(
    ({ segments: [root, property] }) =>
      typeof root !== 'string' || (root === ROW && (typeof property !== 'string' || property === 'size')),
  );
}

/** Whether a template and the files that it includes look at the row at all. */
export function looksAtRow(templates: Template[]): boolean {
  return Object.keys(analyzeSync(templates).globals).length > 0;
}

/** The template itself, then the files that it includes, each from its beginning. */
function inReadingOrder({ location: a }: Variable, { location: b }: Variable): number {
  return (a.file ?? '').localeCompare(b.file ?? '') || a.row - b.row || a.col - b.col;
}

function useOf({ segments, location }: Variable, what: string): ColumnUse | undefined {
  const [root, property] = segments;
  const where = { text: location.file ?? what, line: location.row };
  if (root === ROW) {
    // LiquidJS counts an object's members for `size`.
    if (typeof property !== 'string' || property === 'size') return undefined;
    return { name: property, ...where, throughRow: true };
  }
  // `continue` is LiquidJS' word in `for … offset: continue`.
  if (typeof root !== 'string' || root === 'continue') return undefined;
  return { name: root, ...where, throughRow: false };
}
