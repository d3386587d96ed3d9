import { type FileBytes, type FileSum, type PartUse, regularFileSize } from './file-bytes.js';
import type { NamedFile } from './named-files.js';

/** Where the files are that rows name: on this machine, or with whoever sends them. */
export interface FileSource {
  /**
   * The size of a file, in bytes.
   *
   * @param row the number of the row that names it
   * @throws FileProblem where there is none, or where it is something else.
   */
  sizeOf(file: NamedFile, row: number): Promise<number>;
  /**
   * Hands over the bytes of a file in their order, in parts of a multiple of 3 bytes, but for the last. A part holds
   * until `use` returns.
   *
   * @throws FileProblem
   */
  read(file: NamedFile, row: number, use: PartUse): Promise<FileRead>;
}

export interface FileRead extends FileSum {
  /** What is read once more to make a picture of it smaller: a path, or all of its bytes. */
  again(): string | Buffer;
}

/** The files of this machine. */
export function filesHere(bytes: FileBytes): FileSource {
  return {
    sizeOf: ({ path }) => regularFileSize(path),
    read: async ({ path }, _row, use) => ({ ...(await bytes.read(path, use)), again: () => path }),
  };
}
