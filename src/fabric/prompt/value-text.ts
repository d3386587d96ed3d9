import { toValue } from 'liquidjs';
import { ExactNumber } from '../../json/exact-number.js';
import { stringifyJson } from '../../json/stringify-json.js';

/**
 * A value as a prompt shows it: text unchanged, numbers with their own digits, booleans, lists and objects as JSON, and
 * nothing for null or a missing value. It is neither escaped nor cut.
 */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  // Liquid's own objects (`blank`, a loop's state) are seen as what they stand for.
  const plain: unknown = typeof value === 'object' ? toValue(value) : value;
  if (plain instanceof ExactNumber) return plain.digits;
  return typeof plain === 'object' && plain !== null ? (stringifyJson(plain) ?? '') : String(plain ?? '');
}
