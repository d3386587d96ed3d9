import { ExactNumber } from '../../json/exact-number.js';
import { parseJson } from '../../json/parse-json.js';
import { stringifyJson } from '../../json/stringify-json.js';
import type { FieldKind, ViewField } from '../../monitor/view/view-forms.js';
import { columnText } from '../../rows/input-selection.js';
import type { Look } from '../../rows/look.js';
import type { JsonObject, JsonValue, Row } from '../../rows/row.js';
import type { RunIdentity } from '../retry/run-identity.js';

/** Parts of an answer's objects that are shown by themselves. */
const MOST_PARTS = 12;

/** Fields of a page; rows with more have them in the whole row alone. */
const MOST_FIELDS = 200;

/** A field with the way to read it. */
export interface ReadField extends ViewField {
  /** The value as a text; empty where there is none. */
  read(row: Row): string;
}

/**
 * The fields of an output, those of answers first: columns, and of answers that are objects without columns of their own,
 * their parts.
 *
 * @param identity of the run; undefined: what stands in the columns is told by their names.
 */
export function fieldsOf(
  look: Pick<Look, 'columns' | 'rows'>,
  identity: RunIdentity | undefined,
): ReadField[] {
  const columns = look.columns.slice(0, MOST_FIELDS);
  const kindOf = identity === undefined ? kindByName(columns) : kindByRun(identity);
  const named = columns.map(
    (key): ReadField => ({ key, kind: kindOf(key), read: columnText(look.columns, key) }),
  );
  const answers = named.filter(({ kind }) => kind === 'answer');
  const [only] = answers.length === 1 ? answers : [];
  const parts = only === undefined ? [] : partsOf(only.key, only.read, look);
  return [
    ...answers,
    ...parts,
    ...named.filter(({ kind }) => kind === 'meta'),
    ...named.filter(({ kind }) => kind === 'input'),
  ];
}

function kindByRun({ outputColumn, answerColumns, metaColumns }: RunIdentity): (column: string) => FieldKind {
  const answers = new Set([outputColumn, ...(answerColumns ?? []).map(({ column }) => column)]);
  const meta = new Set<string>(metaColumns ?? []);
  return (column) => (answers.has(column) ? 'answer' : meta.has(column) ? 'meta' : 'input');
}

/** The columns that batchai names itself; of a file without them, the last one. */
function kindByName(columns: readonly string[]): (column: string) => FieldKind {
  const last = columns.includes('ai_output') ? 'ai_output' : columns.at(-1);
  return (column) => (column === last ? 'answer' : column.startsWith('ai_') ? 'meta' : 'input');
}

/** The parts of the objects that stand in a column of the first rows. */
function partsOf(column: string, read: ReadField['read'], { rows }: Pick<Look, 'rows'>): ReadField[] {
  const objectIn = objectReader(column, read);
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(objectIn(row) ?? {})) names.add(name);
  return [...names].slice(0, MOST_PARTS).map((name) => ({
    key: `${column} › ${name}`,
    kind: 'answer',
    isPart: true,
    read: (row) => {
      const object = objectIn(row);
      return object !== undefined && Object.hasOwn(object, name) ? textOf(object[name]) : '';
    },
  }));
}

/** Reads the object in a column. All parts of a row ask for it one after the other, so it is parsed once. */
function objectReader(column: string, read: ReadField['read']): (row: Row) => JsonObject | undefined {
  let last: Row | undefined;
  let object: JsonObject | undefined;
  return (row) => {
    if (row === last) return object;
    last = row;
    object = row.kind === 'object' ? asObject(row.object[column]) : parsedObject(read(row));
    return object;
  };
}

function parsedObject(text: string): JsonObject | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return asObject(parseJson(text));
  } catch {
    return undefined;
  }
}

function asObject(value: JsonValue | undefined): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject && !(value instanceof ExactNumber) ? value : undefined;
}

/** A value as a text: what is no text as JSON, and null as an empty one. */
export function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : stringifyJson(value);
}
