import { LOCAL_FABRICS } from '../../fabric/local/catalogue.js';
import type { JsonObject } from '../../rows/row.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';
import { answerSchemaOf, type FabricPlan } from './fabric.js';

/** A property of the answers and the column of the output that it goes to. */
export interface AnswerColumn {
  readonly property: string;
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

const PREFIX = 'ai_';

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
  if (asked === undefined) return [];
  if (properties === 'none')
    throw new SetUpError("--columns: the fabric's answers are texts, with nothing to spread; leave it out");
  const chosen = choose(asked, properties);
  const columns = chosen.map((property) => ({ property, column: PREFIX + property }));
  for (const { property, column } of columns) {
    if (column === outputColumn) {
      throw new SetUpError(
        `--columns: the answers' "${property}" would go to "${column}", and so would the whole answers; give those another name with --output-column`,
      );
    }
    if (input.columns.includes(column)) {
      throw new SetUpError(
        `--columns: ${input.name} has a column "${column}" already, where the answers' "${property}" would go; rename that column, or leave "${property}" out of --columns`,
      );
    }
  }
  return columns;
}

/** What a fabric says of its answers. */
export function answerProperties(fabric: FabricPlan): AnswerProperties {
  if (fabric.kind === 'local') {
    const properties = LOCAL_FABRICS.find(({ name }) => name === fabric.name)?.properties ?? [];
    return properties.length === 0 ? 'none' : properties;
  }
  const schema = answerSchemaOf(fabric);
  return schema === undefined ? 'unknown' : schemaProperties(schema);
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
): readonly string[] {
  if (asked === 'all') {
    if (properties !== 'unknown') return properties;
    throw new SetUpError(
      '--columns: nothing says which properties the answers have; name those to spread, such as --columns title,tags',
    );
  }
  const twice = asked.find((name, index) => asked.indexOf(name) !== index);
  if (twice !== undefined) throw new SetUpError(`--columns: "${twice}" is named twice`);
  if (properties === 'unknown') return asked;
  const unknown = asked.find((name) => !properties.includes(name));
  if (unknown !== undefined) {
    throw new SetUpError(
      `--columns: the fabric's answers have no property "${unknown}"; they have ${properties.join(', ')}`,
    );
  }
  return properties.filter((name) => asked.includes(name));
}
