import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('read_back.py', import.meta.url));

export const READERS = ['pandas', 'polars', 'duckdb', 'pyarrow', 'csvkit', 'miller'] as const;
export type Reader = (typeof READERS)[number];

/** What a reader saw in a file: cells as text, or null for none; or why it refuses the file. */
export type Seen = Table | { readonly error: string };

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** The file as each reader sees it; a reader that is not installed is left out. */
export async function readBack(
  python: string,
  path: string,
  format: 'csv' | 'tsv' | 'jsonl',
): Promise<Map<Reader, Seen>> {
  const { stdout } = await promisify(execFile)(python, [PROGRAM, path, format], { maxBuffer: 256 << 20 });
  const seen = JSON.parse(stdout) as Partial<Record<Reader, Seen>>;
  return new Map(
    READERS.flatMap((reader) => {
      const table = seen[reader];
      return table === undefined ? [] : [[reader, table] as const];
    }),
  );
}
