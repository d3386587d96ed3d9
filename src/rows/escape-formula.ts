import type { JsonValue } from './row.js';

/** Beginnings of formulas, also full-width, and blanks that spreadsheets strip first (OWASP, "CSV Injection"). */
const MAY_BE_FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

/** `-3`, `+1.5e3`, `-1.000,50`, `-5%`: numbers, which are safe. */
const NUMBER = /^[+-]?\d[\d.,]*(e[+-]?\d+)?%?$/i;

/**
 * Puts a `'` before a text that a spreadsheet would run, so that it is shown as text. Numbers and other values stay.
 *
 * @example
 * escapeFormula('=1+1'); // "'=1+1"
 */
export function escapeFormula(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'string' && MAY_BE_FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
}
