export type Format = 'csv' | 'tsv' | 'jsonl';

export const FORMATS: readonly Format[] = ['csv', 'tsv', 'jsonl'];

export interface FileKind {
  readonly format: Format;
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
}
