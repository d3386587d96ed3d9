import type { JsonObject, JsonValue } from '../../rows/row.js';
import { isJsonObject } from '../http/json-body.js';

/**
 * Whether OpenAI's strict mode takes a schema: each object lists all its properties as required and allows no
 * others, and only keywords that the mode knows are used. Another schema would be refused with a 400; sent as not
 * strict, it guides the model. Answers are checked here in both cases.
 * (platform.openai.com/docs/guides/structured-outputs, "Supported schemas")
 */
export function fitsStrictMode(schema: JsonObject): boolean {
  return schema.type === 'object' && schema.anyOf === undefined && fits(schema);
}

const NOT_IN_STRICT_MODE = new Set([
  ...['allOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentRequired', 'dependentSchemas'],
  ...['patternProperties', 'propertyNames', 'unevaluatedProperties', 'minProperties', 'maxProperties'],
  ...['prefixItems', 'unevaluatedItems', 'contains', 'minContains', 'maxContains', 'uniqueItems'],
  ...['minLength', 'maxLength', 'default'],
]);

/** (?=…), (?!…), (?<=…), (?<!…) */
const LOOKAROUND = /\(\?<?[=!]/;

function fits(schema: JsonValue): boolean {
  if (!isJsonObject(schema)) return false;
  if (Object.keys(schema).some((keyword) => NOT_IN_STRICT_MODE.has(keyword))) return false;
  // Pydantic writes the description of a field beside the reference to its class.
  if (schema.$ref !== undefined && Object.keys(schema).length > 1) return false;
  const { properties, required, items, anyOf, $defs, definitions, pattern } = schema;
  if (typeof pattern === 'string' && LOOKAROUND.test(pattern)) return false;
  if (isObjectSchema(schema) && !isClosed(schema.additionalProperties, properties, required)) return false;
  return [
    ...[properties, $defs, definitions].flatMap((named) => (isJsonObject(named) ? Object.values(named) : [])),
    ...(Array.isArray(anyOf) ? anyOf : []),
    ...(items === undefined ? [] : [items]),
  ].every(fits);
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || properties !== undefined;
}

function isClosed(
  additional: JsonValue | undefined,
  properties: JsonValue | undefined,
  required: JsonValue | undefined,
): boolean {
  if (additional !== false || !isJsonObject(properties) || !Array.isArray(required)) return false;
  return Object.keys(properties).every((name) => required.includes(name));
}
