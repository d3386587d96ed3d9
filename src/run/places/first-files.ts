import { dirname } from 'node:path';
import { regularFileSize } from '../../fabric/attachments/file-bytes.js';
import { type NamedFile, namedFiles } from '../../fabric/attachments/named-files.js';
import type { JsonObject } from '../../rows/row.js';

/** The files that the first rows of an input name. */
export interface FirstFiles {
  /** The inputs that name them. */
  readonly columns: readonly string[];
  /** Rows that were looked at. */
  readonly rows: number;
  /** Files and URLs in these. */
  readonly named: number;
  /** As the rows name them. */
  readonly missing: readonly string[];
}

/** More would hold up the plan where files lie on a slow disk. */
const ROWS_LOOKED_AT = 100;

/**
 * Paths in rows are as seen from the input's folder; of rows without a file, from the working folder.
 *
 * @param input the input's path; undefined or `-` where it has none
 */
export function filesFolderOf(input: string | undefined): string {
  return input === undefined || input === '-' ? '.' : dirname(input);
}

/**
 * Looks which of the files of the first rows are there. None is read.
 *
 * @param input the input's path
 */
export async function lookForFiles(
  columns: readonly string[],
  rows: readonly JsonObject[],
  input: string | undefined,
): Promise<FirstFiles> {
  const places = { columns, folder: filesFolderOf(input) };
  const first = rows.slice(0, ROWS_LOOKED_AT);
  const files = first.flatMap((inputs) => {
    try {
      return namedFiles(inputs, places);
    } catch {
      // The row says it when its turn comes.
      return [];
    }
  });
  const paths = files.filter((file): file is NamedFile => file.kind === 'path');
  const isThere = await Promise.all(
    paths.map(({ path }) =>
      regularFileSize(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  const missing = paths.filter((_, index) => !isThere[index]).map(({ written }) => written);
  return { columns, rows: first.length, named: files.length, missing };
}
