import { ByteRoom } from '../../fabric/attachments/byte-room.js';
import { FileBytes, FileProblem, regularFileSize } from '../../fabric/attachments/file-bytes.js';
import { mediaTypeOf, typeWanted } from '../../fabric/attachments/media-type.js';
import { pathsNamed } from '../../fabric/attachments/named-files.js';
import type { FileContent, FilesToSend } from '../../queue/coordinator/file-sender.js';
import type { FileFault } from '../../queue/protocol/file-ask.js';
import type { JsonObject, Row } from '../../rows/row.js';

/** The most of files in memory here, and in Redis, at a time. Of pictures as cameras make them, ten. */
const ROOM_BYTES = 32 * 1024 * 1024;

/** A value in Redis has 512 MB at most, and is as a whole in the memory of all three machines. */
export const MOST_SENT_BYTES = 256 * 1024 * 1024;

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
          read: (bytes) => orFault(readWhole(file.path, bytes, reader)),
        }
      );
    },
  };
}

/** @throws FileProblem where no service would take it, or where it has another size by now. */
async function readWhole(path: string, size: number, reader: FileBytes): Promise<FileContent> {
  if (size > MOST_SENT_BYTES) throw new FileProblem('it is too large to be sent to workers');
  let content: Buffer | undefined;
  let filled = 0;
  const { sha256, bytes } = await reader.read(path, (part) => {
    if (content === undefined) {
      if (mediaTypeOf(part) === undefined) throw new FileProblem(typeWanted(part));
      content = Buffer.allocUnsafeSlow(size);
    }
    filled += part.copy(content, filled);
  });
  if (bytes !== size) throw new FileProblem('it changed while it was read');
  return { bytes: content ?? Buffer.alloc(0), sha256 };
}

async function orFault<T>(work: Promise<T>): Promise<T | FileFault> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.message };
    throw error;
  }
}
