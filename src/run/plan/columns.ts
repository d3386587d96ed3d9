import { LOCAL_FABRICS } from '../../fabric/local/catalogue.js';
import { didYouMean } from '../../fabric/prompt/nearest-name.js';
import type { JsonObject } from '../../rows/row.js';
import { META_COLUMNS, type MetaColumn } from '../settings/meta-column-names.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import { answerSchemaOf, type ChainPlan, type FabricPlan } from './fabric.js';

/** A property of the answers and the column of the output that it goes to. */
export interface AnswerColumn {
  readonly property: string;
  /** Whose answer has the property; undefined: the row's answer, of which each step's answer is one. */
  readonly step?: string;
  readonly column: string;
}

/** The properties of a fabric's answers: `unknown` before the first call at Promptha, `none` for texts. */
export type AnswerProperties = readonly string[] | 'unknown' | 'none';

/** What the columns must not collide with. */
export interface InputColumns {
  /** The input's, as messages call it. */
  readonly name: string;
  /** Of a JSONL file those that its first rows have. */
  readonly columns: readonly string[];
}

export const PREFIX = 'ai_';

/**
 * Decides the columns over which answers are spread: in the order of the fabric's output where it states one,
 * else in that in which they were named.
 *
 * @throws SetUpError where there is nothing to spread, or where a column is there already.
 */
export function decideColumns(
  settings: Pick<RunSettings, 'columns' | 'outputColumn'>,
  properties: AnswerProperties,
  input: InputColumns,
): readonly AnswerColumn[] {
  const { columns: asked, outputColumn } = settings;
  if (asked === undefined) {
    if (outputColumn !== undefined) return [];
    throw new SetUpError(
      '--no-output-column leaves nothing of the answers: add --columns, which spreads them over columns of their own',
    );
  }
  if (properties === 'none')
    throw new SetUpError("--columns: the fabric's answers are texts, with nothing to spread; leave it out");
  const columns = choose(asked, properties);
  checkApart(columns, outputColumn, input);
  return columns;
}

/** @throws SetUpError where two would have the same column, or where one is there already. */
export function checkApart(
  columns: readonly AnswerColumn[],
  outputColumn: string | undefined,
  input: InputColumns,
): void {
  for (const [index, { property, column }] of columns.entries()) {
    if (columns.findIndex((other) => other.column === column) !== index)
      throw new SetUpError(
        `--columns: "${column}" would have two columns; name another, as in ${property}:name`,
      );
    if (column === outputColumn) {
      throw new SetUpError(
        `--columns: the answers' "${property}" would go to "${column}", and so would the whole answers; give those another name with --output-column`,
      );
    }
    if (input.columns.includes(column)) {
      throw new SetUpError(
        `--columns: ${input.name} has a column "${column}" already, where the answers' "${property}" would go; choose another name, as in --columns ${property}:name, or leave "${property}" out`,
      );
    }
  }
}

/**
 * Decides the columns about calls.
 *
 * @throws SetUpError where one of them is there already, or is asked for by its name and can have no value.
 */
export function decideMetaColumns(
  { metaColumns, outputColumn }: Pick<RunSettings, 'metaColumns' | 'outputColumn'>,
  fabric: FabricPlan | ChainPlan,
  answerColumns: readonly AnswerColumn[],
  input: InputColumns,
): readonly MetaColumn[] {
  const columns =
    metaColumns === 'all' ? META_COLUMNS : META_COLUMNS.filter((name) => metaColumns.includes(name));
  if (fabric.kind === 'steps' && metaColumns !== 'all' && columns.includes('ai_tier')) {
    throw new SetUpError(
      `--meta-columns: ${fabric.source.text} has steps, and no tier that could stand in ai_tier; leave "tier" out, "model" has the models that answered`,
    );
  }
  for (const column of columns) {
    if (input.columns.includes(column)) {
      throw new SetUpError(
        `--meta-columns: ${input.name} has a column "${column}" already; rename it, or leave it out of --meta-columns`,
      );
    }
    if (column === outputColumn || answerColumns.some((other) => other.column === column)) {
      throw new SetUpError(
        `--meta-columns: "${column}" is a column of the answers already; give them another name, or leave out --meta-columns`,
      );
    }
  }
  return columns;
}

/** What a fabric says of its answers. */
export function answerProperties(fabric: FabricPlan): AnswerProperties {
  if (fabric.kind === 'local') return propertiesOfLocal(fabric.id) ?? 'none';
  const schema = answerSchemaOf(fabric);
  return schema === undefined ? 'unknown' : schemaProperties(schema);
}

/** What an on-device fabric says of its answers, by its whole name; undefined where there is no such fabric. */
export function propertiesOfLocal(id: string): AnswerProperties | undefined {
  const found = LOCAL_FABRICS.find(({ name }) => `local:${name}` === id);
  if (found === undefined) return undefined;
  return found.properties.length === 0 ? 'none' : found.properties;
}

/** The properties that a JSON schema lists, in its order. */
export function schemaProperties({ properties }: JsonObject): AnswerProperties {
  const isListed = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
  const names = isListed ? Object.keys(properties) : [];
  return names.length === 0 ? 'unknown' : names;
}

function choose(
  asked: readonly string[] | 'all',
  properties: readonly string[] | 'unknown',
): readonly AnswerColumn[] {
  if (asked === 'all') {
    if (properties !== 'unknown') return properties.map(unrenamed);
    throw new SetUpError(
      '--columns: nothing says which properties the answers have; name those to spread, such as --columns title,tags',
    );
  }
  const columns = asked.map((text) => askedColumn(text, properties));
  const names = columns.map(({ property }) => property);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new SetUpError(`--columns: "${twice}" is named twice`);
  if (properties === 'unknown') return columns;
  const unknown = names.filter((name) => !properties.includes(name));
  if (unknown.length > 0) {
    const listed = unknown.map((name) => `"${name}"${didYouMean(name, properties)}`).join(', ');
    throw new SetUpError(
      `--columns: the fabric's answers have no property ${listed}; they have ${properties.join(', ')}`,
    );
  }
  return properties.flatMap((name) => columns.find(({ property }) => property === name) ?? []);
}

/** `topic` goes to `ai_topic`, `topic:label` to `label`; a property whose own name has a colon is meant first. */
function askedColumn(text: string, properties: readonly string[] | 'unknown'): AnswerColumn {
  const colon = text.indexOf(':');
  if (colon === -1 || (properties !== 'unknown' && properties.includes(text))) return unrenamed(text);
  const [property, column] = [text.slice(0, colon).trim(), text.slice(colon + 1).trim()];
  if (property !== '' && column !== '') return { property, column };
  throw new SetUpError(
    `--columns: wanted a property and the name of its column, such as title:label, got "${text}"`,
  );
}

function unrenamed(property: string): AnswerColumn {
  return { property, column: PREFIX + property };
}

/** A column as `--columns` takes it. */
export function columnAsAsked({ property, column }: AnswerColumn): string {
  return column === PREFIX + property ? property : `${property}:${column}`;
}
