import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { DEEPEST_KEPT } from '../../json/nesting.js';
import { parseJson } from '../../json/parse-json.js';
import { stringifyJson } from '../../json/stringify-json.js';
import { readRows } from '../../rows/read-rows.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { rowObject } from '../../rows/row-encoder.js';
import { openInput } from '../plan/input.js';
import { SetUpError } from '../settings/set-up-error.js';

/** The columns of `failures --csv` that are about the failure; the others are the row's own. */
export const FAILURE_COLUMNS = ['failed_row', 'failed_kind', 'failed_message'] as const;

/** Rows as a person has corrected them, for one retry; the output keeps the fields that they had. */
export interface Corrections {
  /** Where they are, from the root of the disk. */
  readonly path: string;
  readonly rows: Pick<CorrectedRows, 'size' | 'has' | 'fieldsOf'>;
  /** SHA-256 of all of it: an interrupted retry goes on with the same. */
  readonly sum: string;
}

/** Corrected rows by their numbers in the run, each kept as its JSON: as objects, 200,000 of them took 200 MB. */
export class CorrectedRows {
  readonly #texts = new Map<number, string>();

  get size(): number {
    return this.#texts.size;
  }

  has(row: number): boolean {
    return this.#texts.has(row);
  }

  /** The fields of a row; undefined where it was not corrected. */
  fieldsOf(row: number): JsonObject | undefined {
    const text = this.#texts.get(row);
    return text === undefined ? undefined : (parseJson(text, DEEPEST_KEPT) as JsonObject);
  }

  /** @returns the JSON of the fields. */
  add(row: number, fields: JsonObject): string {
    const text = stringifyJson(fields);
    this.#texts.set(row, text);
    return text;
  }
}

/**
 * Reads corrected rows from a file that `batchai failures --csv` has written, or any with a column `failed_row`.
 *
 * @throws SetUpError, InputError
 */
export async function readCorrections(path: string): Promise<Corrections> {
  if (path === '-')
    throw new SetUpError('--from: wanted a file: standard input is not one that is found again');
  const { source, look } = await openInput({ input: path, badRows: 'stop' }, Readable.from([]));
  const [number] = FAILURE_COLUMNS;
  if (!look.columns.includes(number) && look.layout.format !== 'jsonl')
    throw new SetUpError(
      `--from: ${path} has no column ${number}, by which rows are found (see: batchai failures --csv)`,
    );
  const rows = new CorrectedRows();
  const hash = createHash('sha256');
  const reading = { columns: look.columns, from: look.start, blockRows: 1_000, badRows: 'stop' } as const;
  for await (const block of readRows(source, look.layout, reading)) {
    for (const row of block.rows) {
      const { [number]: text, ...fields } = rowObject(row, look.columns);
      const failed = Number(typeof text === 'string' && text.trim() === '' ? Number.NaN : text);
      if (!Number.isSafeInteger(failed) || failed < 1)
        throw new SetUpError(
          `--from: ${path}, row ${row.number}: wanted a row's number in ${number}, got ${JSON.stringify(text ?? '')}`,
        );
      if (rows.has(failed)) throw new SetUpError(`--from: ${path} has row ${failed} twice`);
      for (const name of FAILURE_COLUMNS) delete fields[name];
      hash.update(`[${failed},${rows.add(failed, fields)}]`);
    }
  }
  return { path: resolve(path), rows, sum: hash.digest('hex') };
}

/**
 * A row's fields with its corrections. A field that reads as it did is the value that it was, since a CSV has only
 * texts; one that was a number or an object is read as JSON again.
 */
export function corrected(item: JsonObject, fields: JsonObject | undefined): JsonObject {
  if (fields === undefined) return item;
  const changed = Object.entries(fields)
    .filter(([name, value]) => Object.hasOwn(item, name) || cellText(value) !== '')
    .map(([name, value]): [string, JsonValue] => [name, valueFor(item[name] ?? null, value)]);
  return { ...item, ...Object.fromEntries(changed) };
}

function valueFor(before: JsonValue, now: JsonValue): JsonValue {
  if (typeof now !== 'string' || typeof before === 'string') return now;
  if (now === cellText(before)) return before;
  try {
    return JSON.parse(now) as JsonValue;
  } catch {
    return now;
  }
}

/** A field as a cell of a CSV: a text as it is, nothing for null, and all else as JSON. */
export function cellText(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : stringifyJson(value);
}
