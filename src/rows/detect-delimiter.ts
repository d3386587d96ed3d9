import type { ByteSource } from './byte-source.js';
import type { Layout } from './format.js';
import { InputError } from './input-error.js';
import { type Header, readHeader } from './read-header.js';
import type { Position } from './row.js';

/** Delimiters that are tried, and their names. */
export const DELIMITER_NAMES: ReadonlyMap<string, string> = new Map([
  [',', 'commas'],
  [';', 'semicolons'],
  ['\t', 'tabs'],
  ['|', 'bars'],
]);

/** Excel's first line that names the delimiter. */
const SEP_LINE = /^"?sep=(.)"?\t*[,;]*$/i;

export function delimiterOfSepLine(header: Header): string | undefined {
  return SEP_LINE.exec(header.text)?.[1];
}

/** True if all rows of the beginning have as many fields as the header. */
export type FitsRows = (layout: Layout, header: Header) => Promise<boolean>;

/**
 * Detects a delimiter other than the one that the file's name implies, such as the semicolon that spreadsheets write in
 * half of Europe.
 *
 * @returns the one layout by which the header has several columns and every row as many, where the usual layout does
 *   not fit; otherwise the usual layout.
 * @throws InputError where several fit: rows would be sent, and paid for, in the wrong pieces.
 */
export async function detectDelimiter(
  source: ByteSource,
  { usual, header, from }: { readonly usual: Layout; readonly header: Header; readonly from: Position },
  fits: FitsRows,
): Promise<Layout> {
  const candidates = [...DELIMITER_NAMES.keys()].filter(
    (delimiter) => delimiter !== usual.delimiter && header.text.includes(delimiter),
  );
  const fitting: Layout[] = [];
  let isSplit = false;
  for (const delimiter of candidates) {
    const layout: Layout = { ...usual, delimiter };
    const other = await readHeader(source, layout, from).catch(() => undefined);
    if (other === undefined || other.columns.length < 2) continue;
    isSplit = true;
    if (await fits(layout, other)) fitting.push(layout);
  }
  const [found] = fitting;
  if (header.columns.length > 1 && found === undefined) return usual;
  if (!isSplit) return usual;
  const usualDoes = header.columns.length > 1 && (await fits(usual, header));
  if (found !== undefined && fitting.length === 1 && !usualDoes) return found;
  const names = (found === undefined ? candidates : fitting.map(({ delimiter }) => delimiter))
    .map((delimiter) => DELIMITER_NAMES.get(delimiter))
    .join(' or ');
  const add = found?.delimiter ?? candidates[0] ?? ';';
  throw new InputError(
    `${source.name}: its fields may be separated by ${names}: add --delimiter ${optionWord(add)}, or --delimiter ${optionWord(usual.delimiter)} where they are not`,
  );
}

function optionWord(delimiter: string): string {
  return delimiter === '\t' ? 'tab' : `'${delimiter}'`;
}
