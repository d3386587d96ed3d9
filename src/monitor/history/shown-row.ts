import { stringifyJson } from '../../json/stringify-json.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { cutText } from '../../wording/wording.js';

const MOST_FIELDS = 40;
const MOST_OF_A_NAME = 100;

/** A row's inputs for a page: name and text, in order. */
export type ShownInputs = [name: string, text: string][];

/** The inputs of a row, with values of at most `most` characters in all. */
export function showInputs(inputs: JsonObject, most: number): ShownInputs {
  const shown: ShownInputs = [];
  let left = most;
  for (const [name, value] of Object.entries(inputs)) {
    if (shown.length === MOST_FIELDS || left <= 0) {
      shown.push(['…', '']);
      break;
    }
    const text = showValue(value, left);
    left -= text.length;
    shown.push([cutText(name, MOST_OF_A_NAME), text]);
  }
  return shown;
}

/** Text unchanged, other values as JSON; cut to `most` characters. */
export function showValue(value: JsonValue, most: number): string {
  return cutText(typeof value === 'string' ? value : stringifyJson(value), most);
}
