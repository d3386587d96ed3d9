import type { JsonObject, JsonValue } from '../../rows/row.js';

/** A place in a schema that no answer can match. */
export interface UnmatchablePlace {
  readonly path: readonly string[];
  /** What is wrong there, in words for a person. */
  readonly text: string;
}

/**
 * The places of a schema that no answer can match, as far as that is plain to see: every row would fail, and be paid for.
 * What stands under a choice (`anyOf` and the like) is passed over: the others may do.
 */
export function unmatchablePlaces(schema: JsonObject): UnmatchablePlace[] {
  return placesIn(schema, []);
}

function placesIn(schema: JsonValue | undefined, path: readonly string[]): UnmatchablePlace[] {
  if (!isObject(schema)) return [];
  const { properties, $defs, definitions, items, prefixItems, additionalProperties } = schema;
  return [
    ...problemsOf(schema).map(({ keyword, text }) => ({ path: [...path, keyword], text })),
    ...Object.entries({ properties, $defs, definitions }).flatMap(([keyword, named]) =>
      isObject(named)
        ? Object.entries(named).flatMap(([name, one]) => placesIn(one, [...path, keyword, name]))
        : [],
    ),
    ...placesIn(items, [...path, 'items']),
    ...placesIn(additionalProperties, [...path, 'additionalProperties']),
    ...(Array.isArray(prefixItems)
      ? prefixItems.flatMap((one, index) => placesIn(one, [...path, 'prefixItems', String(index)]))
      : []),
  ];
}

interface Problem {
  readonly keyword: string;
  readonly text: string;
}

function problemsOf(schema: JsonObject): Problem[] {
  return [...valueProblems(schema), ...requiredProblems(schema), ...boundProblems(schema)];
}

function valueProblems({ type, enum: allowed, const: only }: JsonObject): Problem[] {
  const types = [type].flat().filter((name) => typeof name === 'string');
  if (types.length === 0) return [];
  const fits = (value: JsonValue) => types.some((name) => isOfType(value, name));
  const wanted = types.join(' or ');
  const problems: Problem[] = [];
  if (Array.isArray(allowed) && allowed.length > 0 && !allowed.some(fits)) {
    const values = allowed.map((value) => JSON.stringify(value)).join(', ');
    const text = `no answer can match it: none of ${values} is of type ${wanted}; put words in quotes, or change the type`;
    problems.push({ keyword: 'enum', text });
  }
  if (only !== undefined && !fits(only)) {
    problems.push({
      keyword: 'const',
      text: `no answer can match it: ${JSON.stringify(only)} is not of type ${wanted}`,
    });
  }
  return problems;
}

function isOfType(value: JsonValue, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function requiredProblems(schema: JsonObject): Problem[] {
  const { required, properties, additionalProperties, patternProperties } = schema;
  if (additionalProperties !== false || patternProperties !== undefined || !Array.isArray(required))
    return [];
  const known = isObject(properties) ? properties : {};
  const missing = required.filter((name) => typeof name === 'string' && !Object.hasOwn(known, name));
  if (missing.length === 0) return [];
  const names = missing.map((name) => JSON.stringify(name)).join(', ');
  return [
    {
      keyword: 'required',
      text: `no answer can match it: ${names} is no property, and additionalProperties allows no other`,
    },
  ];
}

const BOUNDS: readonly (readonly [least: string, most: string])[] = [
  ['minimum', 'maximum'],
  ['minLength', 'maxLength'],
  ['minItems', 'maxItems'],
  ['minProperties', 'maxProperties'],
];

function boundProblems(schema: JsonObject): Problem[] {
  return BOUNDS.flatMap(([least, most]) => {
    const [low, high] = [schema[least], schema[most]];
    if (typeof low !== 'number' || typeof high !== 'number' || low <= high) return [];
    return [{ keyword: least, text: `no answer can match it: it is more than ${most}, ${high}` }];
  });
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
