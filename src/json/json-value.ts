import type { ExactNumber } from './exact-number.js';

/**
 * A JSON value. A number that would lose digits as a JavaScript number is an ExactNumber.
 *
 * @example
 * const tags: JsonValue = ['new', { stars: 4 }];
 */
export type JsonValue = string | number | boolean | null | ExactNumber | JsonValue[] | JsonObject;

/**
 * A JSON object.
 *
 * @example
 * const row: JsonObject = { id: '00123', name: 'lamp' };
 */
export interface JsonObject {
  [name: string]: JsonValue;
}
