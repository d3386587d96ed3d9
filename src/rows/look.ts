import { type ByteSource, skipBytes } from './byte-source.js';
import { delimiterOfSepLine, detectDelimiter } from './detect-delimiter.js';
import type { InputFormat, Layout } from './format.js';
import type { OddName } from './header-names.js';
import { InputError } from './input-error.js';
import { newlineOf } from './newline.js';
import type { Quoting } from './quoting.js';
import { type Header, NO_HEADER, readHeader, skipLines } from './read-header.js';
import { readRows, type ShortRows } from './read-rows.js';
import { type Position, type Row, START, type UnreadableRow } from './row.js';

/** The look reads this many rows, or bytes, whichever comes first. */
const LOOK_ROWS = 100;
const LOOK_BYTES = 64 * 1024;

const BOM = '\ufeff';

/** What the beginning of an input tells: layout, columns, first rows. */
export interface Look {
  readonly layout: Layout;
  /** How the delimiter was detected; undefined where it was given or usual. */
  readonly delimiterBy?: 'rows' | 'first line';
  /** The header's names; of a JSONL file, the names that its first rows have, in order of appearance. */
  readonly columns: readonly string[];
  /** Columns whose names in the header are missing, equal or unusable. */
  readonly odd: readonly OddName[];
  /** The byte order mark that the file begins with, or nothing. */
  readonly mark: string;
  /** The header as it stood in the file, without its line end; empty for JSONL. */
  readonly header: string;
  /** Where the first row starts. */
  readonly start: Position;
  readonly rows: readonly Row[];
  readonly unreadable: readonly UnreadableRow[];
  /** True if these are all rows of the input. */
  readonly whole: boolean;
}

/** What is known of a file beforehand. */
export interface LookOptions {
  readonly format: InputFormat;
  /** Undefined: a comma, or a tab for TSV, unless another is detected. */
  readonly delimiter?: string;
  readonly quoting?: Quoting;
  /** Lines above the header. */
  readonly skipLines?: number;
  readonly shortRows?: ShortRows;
}

/**
 * Reads the beginning of an input: checks that it is text, detects its layout, and reads header and first rows.
 *
 * @throws InputError where the input is empty, binary, not UTF-8, or its delimiter is in doubt.
 * @example
 * const { layout, columns } = await lookAt(fileSource('rows.csv'), { format: 'csv' });
 */
export async function lookAt(source: ByteSource, options: LookOptions): Promise<Look> {
  const head = await readHead(source, options);
  checkText(source.name, head);
  const mark = head.toString('utf8', 0, 3) === BOM ? BOM : '';
  if (options.format === 'json' || options.format === 'jsonl') {
    const layout: Layout = {
      format: 'jsonl',
      delimiter: ',',
      newline: options.format === 'json' ? '\n' : (newlineOf(head, { fields: undefined }) ?? '\n'),
      ...(options.format === 'json' ? { framing: 'array' } : {}),
    };
    const first = await readFirstRows(source, layout, NO_HEADER, options.shortRows);
    return { layout, columns: namesOf(first.rows), odd: [], mark, header: '', start: START, ...first };
  }
  const { layout, header, delimiterBy } = await findHeader(source, head, options);
  const first = await readFirstRows(source, layout, header, options.shortRows);
  const by = delimiterBy === undefined ? {} : { delimiterBy };
  const { columns, odd, text, end } = header;
  return { layout, ...by, columns, odd, mark, header: text, start: end, ...first };
}

interface FoundHeader extends Pick<Look, 'layout' | 'delimiterBy'> {
  readonly header: Header;
}

async function findHeader(source: ByteSource, head: Buffer, options: LookOptions): Promise<FoundHeader> {
  const { format, delimiter, quoting, skipLines: lines = 0 } = options;
  const usual: Layout = {
    format: format === 'tsv' ? 'tsv' : 'csv',
    delimiter: delimiter ?? (format === 'tsv' ? '\t' : ','),
    newline: newlineOf(withoutLines(head, lines), { fields: options }) ?? '\n',
    ...(quoting === undefined ? {} : { quoting }),
  };
  const from = await skipLines(source, lines, usual.newline);
  const header = await readHeader(source, usual, from);
  const told = delimiterOfSepLine(header);
  if (told !== undefined) {
    const layout: Layout = { ...usual, delimiter: delimiter ?? told };
    return { layout, header: await readHeader(source, layout, header.end), delimiterBy: 'first line' };
  }
  if (delimiter !== undefined) return { layout: usual, header };
  const layout = await detectDelimiter(source, { usual, header, from }, async (tried, its) => {
    const { rows, unreadable, whole } = await readFirstRows(source, tried, its, undefined);
    return unreadable.length === 0 && (whole || rows.length > 0);
  });
  if (layout === usual) return { layout, header };
  return { layout, header: await readHeader(source, layout, from), delimiterBy: 'rows' };
}

/** The beginning, up to the end of a first line: a stream may bring it in pieces of any size. */
async function readHead(source: ByteSource, options: LookOptions): Promise<Buffer> {
  const { format, skipLines: lines = 0 } = options;
  const fields = format === 'jsonl' || format === 'json' ? undefined : options;
  let head = Buffer.alloc(0);
  for await (const chunk of source.look()) {
    head = Buffer.concat([head, chunk]);
    const rest = withoutLines(head, lines);
    const hasLine = newlineOf(rest, { fields })?.endsWith('\n') && rest.toString('latin1').trim() !== '';
    if (head.length >= LOOK_BYTES || hasLine) break;
  }
  if (head.length === 0) throw new InputError(`${source.name} is empty`);
  return head;
}

/** `head` without its first lines, in which quotes mean nothing; empty where it has no more lines. */
function withoutLines(head: Buffer, lines: number): Buffer {
  const lineEnd = head.includes('\n') ? '\n' : '\r';
  let start = 0;
  for (let left = lines; left > 0; left--) {
    const at = head.indexOf(lineEnd, start);
    if (at === -1) return head.subarray(head.length);
    start = at + 1;
  }
  return head.subarray(start);
}

function checkText(name: string, head: Buffer): void {
  if (head.subarray(0, 2).toString('hex') === '1f8b') {
    throw new InputError(`${name} is compressed with gzip; give it a name that ends in .gz`);
  }
  if (head.includes(0)) {
    throw new InputError(
      `${name} is a binary file, not text (or UTF-16 without a byte order mark: then add --encoding utf-16le or utf-16be)`,
    );
  }
  if (head.toString('utf8').replace(BOM, '').trim() === '') throw new InputError(`${name} is empty`);
}

async function readFirstRows(
  source: ByteSource,
  layout: Layout,
  header: Header,
  shortRows: ShortRows | undefined,
) {
  const rows: Row[] = [];
  const unreadable: UnreadableRow[] = [];
  const again: ByteSource = { ...source, read: (offset) => skipBytes(source.look(), offset) };
  const blocks = readRows(again, layout, {
    columns: header.columns,
    from: header.end,
    blockRows: LOOK_ROWS,
    badRows: 'collect',
    ...(shortRows === undefined ? {} : { shortRows }),
  });
  for await (const block of blocks) {
    rows.push(...block.rows);
    unreadable.push(...block.unreadable);
    // A stream may take hours to bring its next chunk, so its first block is enough.
    if (source.path === undefined || rows.length >= LOOK_ROWS || block.end.offset >= LOOK_BYTES) {
      return { rows, unreadable, whole: false };
    }
  }
  return { rows, unreadable, whole: true };
}

function namesOf(rows: readonly Row[]): string[] {
  const names = new Set<string>();
  for (const row of rows) {
    if (row.kind === 'object') for (const name of Object.keys(row.object)) names.add(name);
  }
  return [...names];
}
