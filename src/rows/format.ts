import type { Quoting } from './quoting.js';

export type Format = 'csv' | 'tsv' | 'jsonl';

export const FORMATS: readonly Format[] = ['csv', 'tsv', 'jsonl'];

/** The formats of inputs; `json` is one array of objects. */
export type InputFormat = Format | 'json';

export const INPUT_FORMATS: readonly InputFormat[] = [...FORMATS, 'json'];

export interface FileKind<F = Format> {
  readonly format: F;
  readonly gzip: boolean;
}

const BY_EXTENSION: ReadonlyMap<string, Format> = new Map([
  ['csv', 'csv'],
  ['tsv', 'tsv'],
  ['tab', 'tsv'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
]);

/** The format by a file's name (`rows.csv.gz`: CSV, compressed); undefined where the name has no known extension. */
export function fileKindOfName(name: string): FileKind | undefined {
  const match = /\.([a-z]+)(\.gz)?$/i.exec(name);
  const format = match?.[1] === undefined ? undefined : BY_EXTENSION.get(match[1].toLowerCase());
  return format === undefined ? undefined : { format, gzip: isGzipName(name) };
}

/** The format of an input by its name: also `rows.json`, which is only read. */
export function inputKindOfName(name: string): FileKind<InputFormat> | undefined {
  return /\.json(\.gz)?$/i.test(name) ? { format: 'json', gzip: isGzipName(name) } : fileKindOfName(name);
}

export function isGzipName(name: string): boolean {
  return /\.gz$/i.test(name);
}

/** The layout of a file's text, as detected. */
export interface Layout {
  readonly format: Format;
  /** The delimiter of fields; unused for JSONL. */
  readonly delimiter: string;
  /** The file's line end: a line feed, CR LF, or (old Macintosh) a carriage return. */
  readonly newline: '\n' | '\r\n' | '\r';
  /** Undefined: quotes as in RFC 4180. Unused for JSONL. */
  readonly quoting?: Quoting;
  /** `array`: the rows are the elements of one JSON array. Undefined: each has a line of its own. */
  readonly framing?: 'array';
}

/** The format as a person names it. */
export function inputFormatOf({ format, framing }: Pick<Layout, 'format' | 'framing'>): InputFormat {
  return framing === 'array' ? 'json' : format;
}
