import type { ExactNumber } from './exact-number.js';

/** A JSON value. A number that would lose digits as a JavaScript number is an ExactNumber. */
export type JsonValue = string | number | boolean | null | ExactNumber | JsonValue[] | JsonObject;
export interface JsonObject {
  [name: string]: JsonValue;
}
