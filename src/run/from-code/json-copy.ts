import { ExactNumber } from '../../json/exact-number.js';
import type { JsonObject, JsonValue } from '../../json/json-value.js';
import { InputError } from '../../rows/input-error.js';

/** Deeper than any row that is meant as one; a ring has no end. */
const DEEPEST = 100;

/**
 * A copy of an object as JSON would have it (ECMA-262, 25.5.2): dates and the like by their `toJSON`, what is not
 * finite as null, and without what is undefined or a function. Later changes of the object do not change it.
 *
 * @param name what to call it in a message.
 * @throws InputError where it is no object, where it is a ring, or where it holds a bigint.
 */
export function jsonObject(value: unknown, name: string): JsonObject {
  const json = jsonOf(value, name, 0);
  if (typeof json === 'object' && json !== null && !Array.isArray(json) && !(json instanceof ExactNumber)) {
    return json;
  }
  const got = Array.isArray(value) ? 'an array' : value === null ? 'null' : `a ${typeof value}`;
  throw new InputError(`${name}: wanted an object of named values, got ${got}`);
}

function jsonOf(value: unknown, name: string, depth: number): JsonValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      throw new InputError(`${name} holds a bigint, which JSON has not: make it a number or a text`);
    case 'object':
      if (value === null) return null;
      if (depth > DEEPEST) throw new InputError(`${name} is nested more than ${DEEPEST} deep, or a ring`);
      return objectOf(value, name, depth);
    default:
      return undefined;
  }
}

function objectOf(value: object, name: string, depth: number): JsonValue | undefined {
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonOf(value.toJSON(), name, depth + 1);
  if (Array.isArray(value)) return value.map((item) => jsonOf(item, name, depth + 1) ?? null);
  const members: [string, JsonValue][] = [];
  for (const [key, item] of Object.entries(value)) {
    const json = jsonOf(item, depth === 0 ? `${name}, "${key}"` : name, depth + 1);
    if (json !== undefined) members.push([key, json]);
  }
  return Object.fromEntries(members);
}
