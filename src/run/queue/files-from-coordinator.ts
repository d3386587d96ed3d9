import { createHash } from 'node:crypto';
import { FileProblem, type PartUse } from '../../fabric/attachments/file-bytes.js';
import type { FileRead, FileSource } from '../../fabric/attachments/file-source.js';
import { type NamedFile, pathsNamed } from '../../fabric/attachments/named-files.js';
import { type FileFault, PART_BYTES } from '../../queue/protocol/file-ask.js';
import type { FilesElsewhere, PartArrived } from '../../queue/worker/asked-files.js';

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
    sizeOf: async (file, row) => found(await files.sizeOf(row, placeOf(file, row))),
    read: (file, row, use) => {
      const place = placeOf(file, row);
      return readParts(async (part) => found(await files.read(row, place, part)), use);
    },
  };
}

/** @throws FileProblem where parts are of different times. */
async function readParts(partOf: (part: number) => Promise<PartArrived>, use: PartUse): Promise<FileRead> {
  const parts: PartArrived[] = [];
  const readAt = async (position: number, length: number) => {
    const part = Math.floor(position / PART_BYTES);
    const { bytes } = parts[part] ?? (await partOf(part));
    return bytes.subarray(position % PART_BYTES, (position % PART_BYTES) + length);
  };
  for (;;) {
    const part = await partOf(parts.length);
    if (part.version !== (parts[0] ?? part).version) throw new FileProblem('it changed while it was read');
    parts.push(part);
    if (part.bytes.length > 0) await use(part.bytes, readAt);
    if (part.bytes.length < PART_BYTES) break;
  }
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  return { sha256: sumOf(parts), bytes, again: () => Buffer.concat(parts.map((part) => part.bytes)) };
}

/** Of most files there is one part, whose sum is known. */
function sumOf(parts: readonly PartArrived[]): string {
  const [first, second] = parts;
  if (first !== undefined && second === undefined) return first.sha256;
  const hash = createHash('sha256');
  for (const { bytes } of parts) hash.update(bytes);
  return hash.digest('hex');
}

/** @throws FileProblem */
function found<T extends object | number>(answer: T | FileFault): T {
  if (typeof answer === 'object' && 'problem' in answer) throw new FileProblem(answer.problem);
  return answer as T;
}
