import { CallError } from '../call-error.js';
import type { Inputs } from '../fabric.js';
import { type FileBytes, FileProblem, regularFileSize } from './file-bytes.js';
import { type FilePlaces, type NamedFile, namedFiles } from './named-files.js';

/**
 * What the files that a row names hold, in their order: SHA-256 in hexadecimal digits; a URL stands for itself. A file
 * that cannot be read has a mark of its own; its row says so when it is called.
 *
 * @example
 * await contentsOf({ photo: 'a.png' }, { columns: ['photo'], folder: 'in' }, new FileBytes()); // ['9f86d0…']
 */
export async function contentsOf(
  inputs: Inputs,
  places: FilePlaces,
  bytes: FileBytes,
): Promise<readonly string[]> {
  try {
    const named = namedFiles(inputs, places);
    return await Promise.all(named.map((file) => (file.kind === 'link' ? file.url : contentOf(file, bytes))));
  } catch (error) {
    if (error instanceof CallError) return [`unusable: ${error.message}`];
    throw error;
  }
}

async function contentOf({ path, written }: NamedFile, bytes: FileBytes): Promise<string> {
  try {
    await regularFileSize(path);
    return (await bytes.read(path)).sha256;
  } catch (error) {
    if (error instanceof FileProblem) return `unreadable: ${written}`;
    throw error;
  }
}
