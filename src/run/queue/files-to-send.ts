import { createHash } from 'node:crypto';
import { ByteRoom } from '../../fabric/attachments/byte-room.js';
import { FileBytes, FileProblem, regularFileSize } from '../../fabric/attachments/file-bytes.js';
import { mediaTypeOf, typeWanted } from '../../fabric/attachments/media-type.js';
import { pathsNamed } from '../../fabric/attachments/named-files.js';
import type { FilePart, FilesToSend } from '../../queue/coordinator/file-sender.js';
import type { FileFault } from '../../queue/protocol/file-ask.js';
import type { JsonObject, Row } from '../../rows/row.js';

/** The most of files in memory here, and in Redis, at a time: ten parts. */
const ROOM_BYTES = 32 * 1024 * 1024;

/**
 * The files that rows name, as workers are sent them.
 *
 * @param columns that name files
 * @param folder in which paths of rows begin
 */
export function filesToSend(
  columns: readonly string[],
  folder: string,
  inputsOf: (row: Row) => JsonObject,
): FilesToSend {
  const reader = new FileBytes();
  return {
    room: new ByteRoom(ROOM_BYTES),
    fileOf(row, place) {
      const file = pathsNamed(inputsOf(row), { columns, folder })[place];
      return (
        file && {
          size: () => orFault(regularFileSize(file.path)),
          read: (position, bytes) => orFault(readPart(file.path, position, bytes, reader)),
        }
      );
    },
  };
}

/** @throws FileProblem, also where no service would take the file. */
async function readPart(path: string, position: number, size: number, reader: FileBytes): Promise<FilePart> {
  const { bytes, version } = await reader.part(path, position, size);
  if (position === 0 && bytes.length > 0 && mediaTypeOf(bytes) === undefined)
    throw new FileProblem(typeWanted(bytes));
  return { bytes, version, sha256: createHash('sha256').update(bytes).digest('hex') };
}

async function orFault<T>(work: Promise<T>): Promise<T | FileFault> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.message };
    throw error;
  }
}
