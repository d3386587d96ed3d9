import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import { partialOutput } from '../../checkpoint/folder.js';
import { type ValueDistribution, ValueGatherer } from '../../monitor/report/value-distribution.js';
import { fileSource } from '../../rows/byte-source.js';
import { FORMATS } from '../../rows/format.js';
import { columnText } from '../../rows/input-selection.js';
import { lookAt } from '../../rows/look.js';
import { readRows } from '../../rows/read-rows.js';
import type { JsonObject, JsonValue } from '../../rows/row.js';
import { quotingOfSaved } from '../plan/written-as.js';

/** Rows a block. */
const BLOCK_ROWS = 500;

/**
 * Reads what stands in the columns of a run's answers, from its output or, where it is not finished, from the part that is
 * written. It takes a few seconds for a million rows, and the memory of a few thousand values a column.
 *
 * @param random 0 to 1
 * @returns nothing where the output cannot be read, or is not the run's any more: a report is made all the same.
 */
export async function readAnswerColumns(
  {
    output,
    folder,
    checkpoint,
  }: { readonly output: string; readonly folder: string; readonly checkpoint: Checkpoint },
  random: () => number,
): Promise<readonly ValueDistribution[]> {
  const { identity, state, outputRows } = checkpoint;
  const gathered = columnsOf(identity).map((column) => ({
    column,
    values: new ValueGatherer(column, random),
  }));
  const written = identity.output;
  if (!isObject(written) || outputRows === 0) return [];
  const format = FORMATS.find((one) => one === written.format);
  if (format === undefined) return [];
  const path = state === 'finished' ? output : partialOutput(folder);
  try {
    const source = fileSource(path, written.gzip === true);
    const quoting = quotingOfSaved(written);
    const delimiter =
      typeof written.delimiter === 'string' && format !== 'jsonl' ? written.delimiter : undefined;
    const look = await lookAt(source, {
      format,
      ...(delimiter === undefined ? {} : { delimiter }),
      ...(quoting === undefined ? {} : { quoting }),
    });
    const readers = gathered.map(({ column, values }) => ({
      read: columnText(look.columns, column),
      values,
    }));
    const blocks = readRows(source, look.layout, {
      columns: look.columns,
      from: look.start,
      blockRows: BLOCK_ROWS,
      badRows: 'collect',
      ...(outputRows === undefined ? {} : { lastRow: outputRows }),
    });
    for await (const { rows } of blocks)
      for (const row of rows) for (const { read, values } of readers) values.add(read(row));
  } catch {
    return [];
  }
  return gathered.map(({ values }) => values.distribution());
}

/** The parts of the answers where they have columns of their own, else the answers as they are. */
function columnsOf({ answerColumns, outputColumn }: JsonObject): string[] {
  const parts = Array.isArray(answerColumns)
    ? answerColumns.flatMap((one) => (isObject(one) && typeof one.column === 'string' ? [one.column] : []))
    : [];
  return parts.length === 0 && typeof outputColumn === 'string' ? [outputColumn] : parts;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
