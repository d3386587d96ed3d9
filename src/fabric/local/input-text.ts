import { ExactNumber } from '../../json/exact-number.js';
import type { JsonValue } from '../../json/json-value.js';
import type { Inputs } from '../fabric.js';

/**
 * The text of all inputs in their order, a line each: strings as they are, numbers and booleans as text,
 * the string leaves of nested values. Null and empty values are left out.
 */
export function inputText(inputs: Inputs): string {
  const lines: string[] = [];
  for (const value of Object.values(inputs)) {
    const isText = typeof value === 'number' || typeof value === 'boolean' || value instanceof ExactNumber;
    if (isText) lines.push(String(value));
    else collectStrings(value, lines);
  }
  return lines.join('\n');
}

/** Appends every string in a value that is not blank. A loop, for nesting that would overflow the stack. */
function collectStrings(root: JsonValue, strings: string[]): void {
  const pending: JsonValue[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value === 'string') {
      if (value.trim() !== '') strings.push(value);
    } else if (typeof value === 'object' && value !== null && !(value instanceof ExactNumber)) {
      // Last in, first out: pushed in reverse, the leaves come in the order in which they are written.
      const children = Array.isArray(value) ? value : Object.values(value);
      for (let i = children.length - 1; i >= 0; i -= 1) pending.push(children[i] ?? null);
    }
  }
}
