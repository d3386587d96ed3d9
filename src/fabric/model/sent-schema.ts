import type { JsonObject, JsonValue } from '../../rows/row.js';
import { isJsonObject } from '../http/json-body.js';

/** The schema without its `pattern`s; undefined where it has none. Answers are checked against the whole one. */
export function withoutPatterns(schema: JsonObject): JsonObject | undefined {
  let isSame = true;
  const sent = mapSchemas(schema, ({ pattern, ...rest }) => {
    if (pattern !== undefined) isSame = false;
    return rest;
  });
  return isSame ? undefined : sent;
}

/** Keywords that Anthropic's structured outputs refuse with a 400. (platform.claude.com/docs, "Structured outputs") */
const NOT_IN_STRUCTURED_OUTPUTS: ReadonlySet<string> = new Set([
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'pattern', 'minItems', 'maxItems', 'uniqueItems'],
]);

const FORMATS: ReadonlySet<string> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
]);

/**
 * A schema as Anthropic's structured outputs accept it: refused keywords move into the description, and objects with named
 * properties allow no others. Answers are checked against the whole schema here.
 */
export function structuredOutputSchema(schema: JsonObject): JsonObject {
  return mapSchemas(schema, (one) => {
    const kept: JsonObject = {};
    const told: string[] = [];
    for (const [keyword, value] of Object.entries(one)) {
      const isRefused =
        NOT_IN_STRUCTURED_OUTPUTS.has(keyword) ||
        (keyword === 'format' && !(typeof value === 'string' && FORMATS.has(value)));
      if (isRefused) told.push(`${keyword}: ${JSON.stringify(value)}`);
      else kept[keyword] = value;
    }
    if (told.length > 0) {
      const { description } = one;
      const rules = `{${told.join(', ')}}`;
      kept.description = typeof description === 'string' ? `${description}\n\n${rules}` : rules;
    }
    if (isJsonObject(one.properties) && one.additionalProperties === undefined) {
      kept.additionalProperties = false;
    }
    return kept;
  });
}

const MAPS_OF_SCHEMAS = ['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'];
const SCHEMAS = [
  ...['items', 'additionalProperties', 'contains', 'propertyNames', 'not', 'if', 'then', 'else'],
  ...['unevaluatedItems', 'unevaluatedProperties'],
];
const LISTS_OF_SCHEMAS = ['anyOf', 'allOf', 'oneOf', 'prefixItems'];

/** A schema with `change` made to it and to every schema in it, the inner ones first. */
function mapSchemas(schema: JsonObject, change: (schema: JsonObject) => JsonObject): JsonObject {
  const inner = (value: JsonValue): JsonValue => (isJsonObject(value) ? mapSchemas(value, change) : value);
  const changed = Object.entries(schema).map(([keyword, value]): [string, JsonValue] => {
    if (MAPS_OF_SCHEMAS.includes(keyword) && isJsonObject(value)) {
      return [keyword, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inner(one)]))];
    }
    if (SCHEMAS.includes(keyword)) return [keyword, inner(value)];
    return [keyword, LISTS_OF_SCHEMAS.includes(keyword) && Array.isArray(value) ? value.map(inner) : value];
  });
  return change(Object.fromEntries(changed));
}
