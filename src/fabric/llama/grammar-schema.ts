import type { JsonObject, JsonValue } from '../../rows/row.js';

/**
 * Translates a JSON schema into the subset that node-llama-cpp compiles to a grammar, which holds answers to its form;
 * undefined where such a grammar would refuse valid answers, or cannot be made. What a grammar can't say of a value
 * (`pattern`, `minimum`, …) is left out: every answer is checked against the whole schema afterwards.
 *
 * The words: node-llama-cpp's `GbnfJsonSchema`. There, all properties of an object are required and, where others
 * are not asked for, there are no others, which a schema that leaves them free allows.
 */
export function grammarSchema(schema: JsonObject): JsonObject | undefined {
  try {
    const definitions = { ...members(schema.definitions), ...members(schema.$defs) };
    const names = Object.keys(definitions);
    const root = translated(schema, names);
    if (names.length === 0) return root;
    const $defs = Object.fromEntries(
      Object.entries(definitions).map(([name, definition]) => [name, translated(definition, names)]),
    );
    return { ...root, $defs };
  } catch (error) {
    if (error instanceof NotInGrammar) return undefined;
    throw error;
  }
}

class NotInGrammar extends Error {}

/** Keywords that a grammar cannot enforce. */
const BEYOND = [
  ...['allOf', 'not', 'if', 'then', 'else', 'patternProperties', 'propertyNames', 'dependentSchemas'],
  ...['dependentRequired', 'dependencies', 'contains', 'prefixItems', 'unevaluatedProperties'],
  ...['unevaluatedItems', 'minProperties', 'maxProperties', '$dynamicRef', '$recursiveRef', '$anchor'],
];

/** A repetition costs llama.cpp's grammars a rule each; past this, the length is left to the check. */
const LONGEST_REPETITION = 500;
const FORMATS: readonly JsonValue[] = ['date-time', 'time', 'date'];
const SCALARS: readonly JsonValue[] = ['string', 'number', 'integer', 'boolean', 'null'];

/** `names` are those of the definitions that a reference can reach. */
function translated(schema: JsonValue | undefined, names: readonly string[]): JsonObject {
  if (!isObject(schema) || BEYOND.some((word) => word in schema)) throw new NotInGrammar();
  if (schema.$ref !== undefined) return { $ref: reference(schema.$ref, names) };
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives !== undefined) return { oneOf: list(alternatives).map((one) => translated(one, names)) };
  if (schema.const !== undefined) return { const: scalar(schema.const) };
  if (schema.enum !== undefined) return { enum: list(schema.enum).map(scalar) };
  const type = schema.type ?? (schema.properties === undefined ? undefined : 'object');
  if (Array.isArray(type)) {
    const oneOf = type.map((one) => translated({ ...schema, type: one }, names));
    return oneOf.every((one) => Object.keys(one).length === 1) ? { type } : { oneOf };
  }
  if (type === 'object') return objectOf(schema, names);
  if (type === 'array') return arrayOf(schema, names);
  if (type === 'string') return stringOf(schema);
  if (type !== undefined && SCALARS.includes(type)) return { type };
  throw new NotInGrammar();
}

function objectOf(schema: JsonObject, names: readonly string[]): JsonObject {
  const properties = Object.entries(members(schema.properties));
  const known = new Set(properties.map(([name]) => name));
  if (list(schema.required ?? []).some((name) => !known.has(String(name)))) throw new NotInGrammar();
  const others = schema.additionalProperties;
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(([name, property]) => [name, translated(property, names)])),
    ...(isObject(others) && Object.keys(others).length > 0
      ? { additionalProperties: translated(others, names) }
      : // Without a property that it knows, a grammar would have nothing but {}.
        { additionalProperties: known.size === 0 && others !== false }),
  };
}

function arrayOf(schema: JsonObject, names: readonly string[]): JsonObject {
  const { items, minItems, maxItems } = schema;
  const isFree =
    items === undefined || items === true || (isObject(items) && Object.keys(items).length === 0);
  return {
    type: 'array',
    ...(isFree ? {} : { items: translated(items, names) }),
    ...bounds('Items', minItems, maxItems),
  };
}

function stringOf({ format, minLength, maxLength }: JsonObject): JsonObject {
  if (format !== undefined && FORMATS.includes(format)) return { type: 'string', format };
  return { type: 'string', ...bounds('Length', minLength, maxLength) };
}

function bounds(
  of: 'Items' | 'Length',
  least: JsonValue | undefined,
  most: JsonValue | undefined,
): JsonObject {
  return {
    ...(typeof least === 'number' && least <= LONGEST_REPETITION ? { [`min${of}`]: least } : {}),
    ...(typeof most === 'number' && most <= LONGEST_REPETITION ? { [`max${of}`]: most } : {}),
  };
}

function reference(ref: JsonValue, names: readonly string[]): string {
  const name = /^#\/(?:\$defs|definitions)\/([^/~%]+)$/.exec(String(ref))?.[1];
  if (name === undefined || !names.includes(name)) throw new NotInGrammar();
  return `#/$defs/${name}`;
}

function scalar(value: JsonValue): JsonValue {
  if (typeof value === 'object' && value !== null) throw new NotInGrammar();
  return value;
}

function list(value: JsonValue): readonly JsonValue[] {
  if (!Array.isArray(value)) throw new NotInGrammar();
  return value;
}

function members(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
