import { FileProblem } from '../../fabric/attachments/file-bytes.js';
import { megabytes } from '../../fabric/attachments/file-rules.js';
import type { FileSource } from '../../fabric/attachments/file-source.js';
import { type NamedFile, pathsNamed } from '../../fabric/attachments/named-files.js';
import { refusal } from '../../fabric/attachments/read-attachment.js';
import type { FileFault } from '../../queue/protocol/file-ask.js';
import type { FilesElsewhere } from '../../queue/worker/asked-files.js';
import { MOST_SENT_BYTES } from './files-to-send.js';

/**
 * The files that rows name as a worker has them: the coordinator sends them.
 *
 * @param columns that name files, in the order in which these are counted
 */
export function filesFromCoordinator(files: FilesElsewhere, columns: readonly string[]): FileSource {
  const placeOf = ({ written }: NamedFile, row: number): number => {
    const all = pathsNamed(files.inputsOf(row), { columns, folder: '.' });
    const place = all.findIndex((one) => one.written === written);
    if (place !== -1) return place;
    throw new FileProblem('the row does not name it, and only files that rows name are sent to workers');
  };
  return {
    async sizeOf(file, row) {
      const bytes = found(await files.sizeOf(row, placeOf(file, row)));
      if (bytes <= MOST_SENT_BYTES) return bytes;
      throw refusal(
        file,
        'too-large',
        `it has ${megabytes(bytes)}, and files of ${megabytes(MOST_SENT_BYTES)} at most are sent to workers`,
      );
    },
    async read(file, row, use) {
      const { bytes, sha256 } = found(await files.read(row, placeOf(file, row)));
      const readAt = async (position: number, length: number) => bytes.subarray(position, position + length);
      if (bytes.length > 0) await use(bytes, readAt);
      return { sha256, bytes: bytes.length, again: bytes };
    },
  };
}

/** @throws FileProblem */
function found<T extends object | number>(answer: T | FileFault): T {
  if (typeof answer === 'object' && 'problem' in answer) throw new FileProblem(answer.problem);
  return answer as T;
}
