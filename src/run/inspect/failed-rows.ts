import { stat } from 'node:fs/promises';
import { stringifyJson } from '../../json/stringify-json.js';
import type { FailedRow } from '../../monitor/report/failed-rows.js';
import { fileSource } from '../../rows/byte-source.js';
import type { Layout } from '../../rows/format.js';
import { readRows } from '../../rows/read-rows.js';
import { type JsonObject, type JsonValue, type Row, START } from '../../rows/row.js';
import { cutText } from '../../wording/wording.js';

/** Failed rows on a page. */
const MOST_ROWS = 1_000;

const MOST_FIELDS = 12;

/** Characters of a field. */
const MOST_OF_A_FIELD = 200;

const LETTERS: Layout = { format: 'jsonl', delimiter: ',', newline: '\n' };

/** Reads the first dead letters of a run for its report; none where there is no such file. */
export async function readFailedRows(path: string): Promise<readonly FailedRow[]> {
  if ((await stat(path).catch(() => undefined)) === undefined) return [];
  const blocks = readRows(fileSource(path, false), LETTERS, {
    columns: [],
    from: START,
    blockRows: MOST_ROWS,
    badRows: 'collect',
    lastRow: MOST_ROWS,
  });
  const found: FailedRow[] = [];
  for await (const { rows } of blocks) found.push(...rows.flatMap((row) => failedRow(row) ?? []));
  return found.sort((a, b) => a.row - b.row);
}

function failedRow(line: Row): FailedRow | undefined {
  if (line.kind !== 'object') return undefined;
  const { row, error, item } = line.object;
  if (typeof row !== 'number' || !isObject(error)) return undefined;
  const fields = isObject(item) ? Object.entries(item).slice(0, MOST_FIELDS) : [];
  return {
    row,
    kind: textOf(error.kind),
    status: typeof error.status === 'number' ? error.status : undefined,
    message: cutText(textOf(error.message), MOST_OF_A_FIELD),
    fields: fields.map(([name, value]) => [name, cutText(textOf(value), MOST_OF_A_FIELD)] as const),
  };
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : stringifyJson(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
