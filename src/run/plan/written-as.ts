import { ExactNumber } from '../../json/exact-number.js';
import type { InputFormat } from '../../rows/format.js';
import type { Quoting } from '../../rows/quoting.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { SetUpError } from '../settings/set-up-error.js';
import type { RunSettings } from '../settings/settings.js';

/**
 * How fields of CSV and TSV are quoted, in the input and in the output; undefined: as RFC 4180 has it.
 *
 * @throws SetUpError where one character would mean two things.
 */
export function quotingOf({
  quote = '"',
  escape: mark,
  delimiter,
}: Pick<RunSettings, 'quote' | 'escape' | 'delimiter'>): Quoting | undefined {
  const quoting: Quoting =
    quote === 'none'
      ? { kind: 'escapes', escape: mark ?? '\\' }
      : { kind: 'quotes', quote, escape: mark ?? quote };
  const marks = quoting.kind === 'quotes' ? [quoting.quote, quoting.escape] : [quoting.escape];
  if (delimiter !== undefined && marks.includes(delimiter))
    throw new SetUpError(`--delimiter ${delimiter} is what --quote or --escape says already; choose another`);
  return isUsual(quoting) ? undefined : quoting;
}

/** Options that say something of CSV and TSV alone. */
export function checkWrittenAs(
  settings: Pick<RunSettings, 'delimiter' | 'skipLines'>,
  format: InputFormat,
): void {
  if (format === 'csv' || format === 'tsv') return;
  const name = format === 'json' ? 'JSON' : 'JSONL';
  if (settings.delimiter !== undefined) throw new SetUpError(`--delimiter is for CSV; the input is ${name}`);
  if (settings.skipLines !== undefined)
    throw new SetUpError(`--skip-lines is for CSV and TSV; the input is ${name}`);
}

/** Quoting as a checkpoint keeps it, where it is not the usual one. */
export function savedQuoting(quoting: Quoting | undefined): JsonObject {
  return quoting === undefined ? {} : { quoting: { ...quoting } };
}

export function quotingOfSaved(layout: JsonValue | undefined): Quoting | undefined {
  if (typeof layout !== 'object' || layout === null || Array.isArray(layout) || layout instanceof ExactNumber)
    return undefined;
  const { quoting } = layout;
  if (
    typeof quoting !== 'object' ||
    quoting === null ||
    Array.isArray(quoting) ||
    quoting instanceof ExactNumber
  )
    return undefined;
  const { kind, quote, escape: mark } = quoting;
  if (typeof mark !== 'string') return undefined;
  if (kind === 'escapes') return { kind, escape: mark };
  return typeof quote === 'string' ? { kind: 'quotes', quote, escape: mark } : undefined;
}

function isUsual(quoting: Quoting): boolean {
  return quoting.kind === 'quotes' && quoting.quote === '"' && quoting.escape === '"';
}
