import type { JsonObject, JsonValue } from '../../json/json-value.js';
import { nearestName } from '../prompt/nearest-name.js';
import type { FieldProblem } from './check-parameters.js';
import { shown } from './field-value.js';
import type { Path } from './yaml-source.js';

/**
 * The short form of a fabric file's `output`: the parts of an answer by their names, each with its type.
 *
 *     topic: [delivery, billing, other]      one of these
 *     urgent: boolean                        string, number, integer, boolean
 *     title (at most 60 characters): string  what is in parentheses describes the part to the model
 *     order?: string                         may be left out
 *     tags: [string]                         a list; [[a, b]] of choices, [{ name: string }] of objects
 *     sender: { name: string }               an object
 */
export const TYPES = ['string', 'number', 'integer', 'boolean'] as const;

/** `title`, `order?`, `title (at most 60 characters)`, `order? (as it stands in the mail)`. */
export const PART = /^([^?()]*[^?()\s])(\?)?(?:\s+\((.+)\))?$/s;

/** What only a JSON schema calls a `type`. */
export const SCHEMA_TYPES = ['object', 'array', 'null'] as const;

/** Whether an `output` is in the short form: a JSON schema has `properties`, or says `type: object`. */
export function isShortOutput({ type, properties }: JsonObject): boolean {
  const isSchema = SCHEMA_TYPES.some((name) => name === type);
  return !isSchema && (typeof properties !== 'object' || properties === null);
}

/**
 * The JSON schema that an `output` stands for: itself, where it is not in the short form. Of the parts of a short one
 * all are required but those with a `?`, and no others are allowed.
 *
 * @example outputSchema({ urgent: 'boolean' });
 * // { type: 'object', properties: { urgent: { type: 'boolean' } }, required: ['urgent'], additionalProperties: false }
 */
export function outputSchema(output: JsonObject): JsonObject {
  return isShortOutput(output) ? objectSchema(output, ['output'], []) : output;
}

/** What is wrong with an `output` in the short form. */
export function shortOutputProblems(output: JsonObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  objectSchema(output, ['output'], problems);
  return problems;
}

function objectSchema(parts: JsonObject, at: Path, problems: FieldProblem[]): JsonObject {
  const properties: Record<string, JsonValue> = {};
  const required: string[] = [];
  for (const [written, type] of Object.entries(parts)) {
    const path = [...at, written];
    const [, name, optional, description] = PART.exec(written) ?? [];
    if (name === undefined) {
      problems.push({ path, text: 'wanted a name, such as title, title? or title (at most 60 characters)' });
      continue;
    }
    if (Object.hasOwn(properties, name)) problems.push({ path, text: `"${name}" is there twice` });
    const schema = typeSchema(type, path, problems);
    properties[name] = description === undefined ? schema : { ...schema, description: description.trim() };
    if (optional === undefined) required.push(name);
  }
  if (Object.keys(parts).length === 0)
    problems.push({ path: at, text: 'wanted the parts of an answer by their names, got none' });
  return { type: 'object', properties, required, additionalProperties: false };
}

function typeSchema(type: JsonValue, path: Path, problems: FieldProblem[]): JsonObject {
  if (Array.isArray(type)) return listSchema(type, path, problems);
  if (typeof type === 'object' && type !== null) return objectSchema(type as JsonObject, path, problems);
  if (!isTypeName(type)) problems.push({ path, text: noType(type) });
  return { type };
}

/** A list of one type is a list of such values; other lists are choices. */
function listSchema(list: readonly JsonValue[], path: Path, problems: FieldProblem[]): JsonObject {
  const [only] = list;
  if (list.length === 1 && only !== undefined && (typeof only === 'object' || isTypeName(only)))
    return { type: 'array', items: typeSchema(only, [...path, 0], problems) };
  const type = typeOfChoices(list);
  const text = choicesProblem(list, type);
  if (text !== undefined) problems.push({ path, text });
  return { type: type ?? 'string', enum: [...list] };
}

type ChoiceType = 'string' | 'integer' | 'number';

function typeOfChoices(choices: readonly JsonValue[]): ChoiceType | undefined {
  if (choices.every((choice) => typeof choice === 'string')) return 'string';
  if (choices.every((choice) => Number.isInteger(choice))) return 'integer';
  return choices.every((choice) => typeof choice === 'number') ? 'number' : undefined;
}

function choicesProblem(choices: readonly JsonValue[], type: ChoiceType | undefined): string | undefined {
  if (choices.length < 2)
    return `wanted two choices or more, or [string] for a list, got ${choices.length === 0 ? 'none' : `[${shown(choices[0])}]`}`;
  if (type === undefined) return 'wanted choices that are all texts or all numbers';
  const typeName = choices.find(isTypeName);
  if (typeName !== undefined) return `"${typeName}" is a type and no choice: [${typeName}] alone is a list`;
  const twice = choices.find((choice, index) => choices.indexOf(choice) !== index);
  return twice === undefined ? undefined : `the choice ${shown(twice)} is there twice`;
}

function isTypeName(value: JsonValue): boolean {
  return TYPES.some((name) => name === value);
}

/** What other languages call the types. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  text: 'string',
  str: 'string',
  bool: 'boolean',
  int: 'integer',
  float: 'number',
  enum: '[this, that]',
  array: '[string]',
  list: '[string]',
  object: '{ name: string }',
};

function noType(type: JsonValue): string {
  const wanted = `wanted ${TYPES.join(', ')}, a list of choices, [string] for a list, or the parts of an object`;
  const written = typeof type === 'string' ? type.toLowerCase() : '';
  const meant = OTHER_NAMES[written] ?? nearestName(written, TYPES);
  const described = /^\s*(string|number|integer|boolean)\b.*\((.*)\)/.exec(written);
  if (described !== null)
    return `${wanted}, got ${shown(type)}: a description stands behind the name, as in title (at most 60 characters): string`;
  return `${wanted}, got ${shown(type)}${meant === undefined ? '' : `, perhaps ${meant}`}`;
}
