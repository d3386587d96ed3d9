import { ExactNumber } from '../json/exact-number.js';
import type { JsonValue, Row } from '../rows/row.js';

/** Shorter values could be words of any message. */
const SHORTEST = 4;
/** Characters of a value that give it away: services quote long values cut. */
const HEAD = 12;

/**
 * Removes a row's own values from a message about it: services quote what they refuse.
 *
 * @example
 * redactRowValues('bad value "Anna Smith"', row); // 'bad value "…"', where a cell holds Anna Smith
 */
export function redactRowValues(message: string, row: Row): string {
  const values = row.kind === 'cells' ? row.cells : textsIn(row.object);
  let shown = message;
  for (const value of values) {
    shown = without(shown, value);
    shown = without(shown, value.replace(/\s+/g, ' '));
    shown = without(shown, JSON.stringify(value).slice(1, -1));
  }
  return shown;
}

function textsIn(value: JsonValue): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || value instanceof ExactNumber) return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** Removes the value from the text, and any beginning of it of at least HEAD characters. */
function without(text: string, value: string): string {
  const wanted = value.trim();
  if (wanted.length < SHORTEST) return text;
  const head = wanted.slice(0, HEAD);
  let shown = text;
  for (let at = shown.indexOf(head); at !== -1; at = shown.indexOf(head, at + 1)) {
    let end = at + head.length;
    while (end < shown.length && shown[end] === wanted[end - at]) end++;
    shown = `${shown.slice(0, at)}…${shown.slice(end)}`;
  }
  return shown;
}
