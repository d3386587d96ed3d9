import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { type ByteSource, skipBytes } from './byte-source.js';
import { csvSplitter } from './csv-splitter.js';
import type { Format, Layout } from './format.js';
import { InputError } from './input-error.js';
import { MAX_RECORD_BYTES } from './read-blocks.js';
import { readRows } from './read-rows.js';
import { type Position, type Row, START, type UnreadableRow } from './row.js';

/** The look reads this many rows, or bytes, whichever comes first. */
const LOOK_ROWS = 100;
const LOOK_BYTES = 64 * 1024;

const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** What the beginning of an input shows. */
export interface Look {
  readonly layout: Layout;
  /** The header's names; of a JSONL file, the names that its first rows have, in order of appearance. */
  readonly columns: readonly string[];
  /** The header as it stood in the file, without its line end; empty for JSONL. */
  readonly header: string;
  /** Where the first row starts. */
  readonly start: Position;
  readonly rows: readonly Row[];
  readonly unreadable: readonly UnreadableRow[];
  /** The look has seen all there is. */
  readonly whole: boolean;
}

/**
 * Looks at the beginning of an input: is it text, what is its header, can its first rows be read?
 *
 * @throws InputError where the input is empty, binary, not UTF-8, or where it has a header that no output can keep.
 */
export async function lookAt(
  source: ByteSource,
  wanted: { format: Format; delimiter?: string },
): Promise<Look> {
  const head = await readHead(source, wanted.format);
  checkText(source.name, head);
  const layout: Layout = {
    format: wanted.format,
    delimiter: wanted.delimiter ?? (wanted.format === 'tsv' ? '\t' : ','),
    newline: newlineOf(head, wanted.format) ?? '\n',
  };
  const header = layout.format === 'jsonl' ? NO_HEADER : await readHeader(source, layout);
  const first = await readFirstRows(source, layout, header);
  const columns = layout.format === 'jsonl' ? namesOf(first.rows) : header.columns;
  return { layout, columns, header: header.text, start: header.end, ...first };
}

interface Header {
  readonly columns: readonly string[];
  readonly text: string;
  readonly end: Position;
}

const NO_HEADER: Header = { columns: [], text: '', end: START };

/** The beginning, up to a first line that is whole: a stream may bring it in any pieces. */
async function readHead(source: ByteSource, format: Format): Promise<Buffer> {
  let head = Buffer.alloc(0);
  for await (const chunk of source.look()) {
    head = Buffer.concat([head, chunk]);
    const hasLine = newlineOf(head, format)?.endsWith('\n') && head.toString('latin1').trim() !== '';
    if (head.length >= LOOK_BYTES || hasLine) break;
  }
  if (head.length === 0) throw new InputError(`${source.name} is empty`);
  return head;
}

function checkText(name: string, head: Buffer): void {
  const bom = head.subarray(0, 2).toString('hex');
  if (bom === 'fffe' || bom === 'feff') {
    throw new InputError(`${name} is UTF-16; save it as UTF-8 first (for example: iconv -f UTF-16 -t UTF-8)`);
  }
  if (head.subarray(0, 2).toString('hex') === '1f8b') {
    throw new InputError(`${name} is compressed with gzip; give it a name that ends in .gz`);
  }
  if (head.includes(0)) throw new InputError(`${name} is a binary file, not text`);
  if (head.toString('utf8').replace('\ufeff', '').trim() === '') throw new InputError(`${name} is empty`);
}

/** The first line end outside quotes tells; a lone carriage return is one only where there is no other. */
function newlineOf(head: Buffer, format: Format): Layout['newline'] | undefined {
  let quoted = false;
  let newline: '\r' | undefined;
  for (const [at, byte] of head.entries()) {
    // JSON has no line ends inside quotes, and quotes that do not come in pairs.
    if (byte === QUOTE) quoted = format !== 'jsonl' && !quoted;
    else if (quoted) continue;
    else if (byte === LINE_FEED) return head[at - 1] === CARRIAGE_RETURN ? '\r\n' : '\n';
    else if (byte === CARRIAGE_RETURN && format !== 'jsonl') newline = '\r';
  }
  return newline;
}

async function readHeader(source: ByteSource, layout: Layout): Promise<Header> {
  const splitter = csvSplitter(layout, 0, MAX_RECORD_BYTES);
  let bytes = Buffer.alloc(0);
  for await (const chunk of source.look()) {
    bytes = Buffer.concat([bytes, chunk]);
    splitter.split(chunk);
    if (splitter.records.length > 0 || splitter.problem !== undefined) break;
  }
  if (splitter.records.length === 0 && splitter.problem === undefined) splitter.finish();
  const columns = splitter.records[0];
  const offset = splitter.ends[0];
  if (columns === undefined || offset === undefined) {
    throw new InputError(
      `${source.name}, line 1: the header cannot be read: ${splitter.problem ?? 'there is none'}`,
    );
  }
  const raw = bytes.subarray(0, offset);
  if (!isUtf8(raw)) {
    throw new InputError(
      `${source.name}, line 1: the header is not UTF-8 text; convert the file, for example with iconv`,
    );
  }
  checkNames(source.name, columns);
  const lines = raw.toString('latin1').split(layout.newline === '\r' ? '\r' : '\n').length - 1;
  return {
    columns,
    text: raw
      .toString('utf8')
      .replace('\ufeff', '')
      .replace(/^[\r\n]+|[\r\n]+$/g, ''),
    end: { offset, row: 0, line: 1 + lines, crc: crc32(raw) },
  };
}

function checkNames(name: string, columns: readonly string[]): void {
  for (const [index, column] of columns.entries()) {
    if (column.trim() === '')
      throw new InputError(`${name}: column ${index + 1} has no name in the header; give it one`);
    if (column === '__proto__')
      throw new InputError(`${name}: a column cannot be called __proto__; rename it`);
    const first = columns.indexOf(column);
    if (first !== index) {
      throw new InputError(
        `${name}: the header names "${column}" twice (columns ${first + 1} and ${index + 1}); rename one`,
      );
    }
  }
}

async function readFirstRows(source: ByteSource, layout: Layout, header: Header) {
  const rows: Row[] = [];
  const unreadable: UnreadableRow[] = [];
  const again: ByteSource = { ...source, read: (offset) => skipBytes(source.look(), offset) };
  const blocks = readRows(again, layout, {
    columns: header.columns,
    from: header.end,
    blockRows: LOOK_ROWS,
    badRows: 'collect',
  });
  for await (const block of blocks) {
    rows.push(...block.rows);
    unreadable.push(...block.unreadable);
    // A stream may take hours to bring its next chunk: what came first has to do.
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
