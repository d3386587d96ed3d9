import type { Quoting } from './quoting.js';

export type Format = 'csv' | 'tsv' | 'jsonl';

export const FORMATS: readonly Format[] = ['csv', 'tsv', 'jsonl'];

/** What rows can be read from; `json` is one array of objects. */
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

/** The kind of file that a name tells (`rows.csv.gz`: CSV, compressed), or undefined where it tells none. */
export function fileKindOfName(name: string): FileKind | undefined {
  const match = /\.([a-z]+)(\.gz)?$/i.exec(name);
  const format = match?.[1] === undefined ? undefined : BY_EXTENSION.get(match[1].toLowerCase());
  return format === undefined ? undefined : { format, gzip: isGzipName(name) };
}

/** The kind of input that a name tells: also `rows.json`, which is read, but not written. */
export function inputKindOfName(name: string): FileKind<InputFormat> | undefined {
  return /\.json(\.gz)?$/i.test(name) ? { format: 'json', gzip: isGzipName(name) } : fileKindOfName(name);
}

export function isGzipName(name: string): boolean {
  return /\.gz$/i.test(name);
}

/** How the text of a file is laid out, once it has been looked at. */
export interface Layout {
  readonly format: Format;
  /** Between two fields; of no meaning for JSONL. */
  readonly delimiter: string;
  /** What ends a line in the file: a line feed, both, or (old Macintosh) a carriage return. */
  readonly newline: '\n' | '\r\n' | '\r';
  /** Undefined: quotes, as RFC 4180 has them. Of no meaning for JSONL. */
  readonly quoting?: Quoting;
  /** `array`: the rows are the elements of one JSON array. Undefined: each has a line of its own. */
  readonly framing?: 'array';
}

/** The format as a person names it. */
export function inputFormatOf({ format, framing }: Pick<Layout, 'format' | 'framing'>): InputFormat {
  return framing === 'array' ? 'json' : format;
}
