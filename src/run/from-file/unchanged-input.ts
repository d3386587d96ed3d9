import { statSync } from 'node:fs';
import { type InputStat, inputStatOf } from '../../checkpoint/input-stat.js';
import type { ByteSource } from '../../rows/byte-source.js';
import { InputChangedError } from '../../rows/input-error.js';
import type { Position, RowBlock } from '../../rows/row.js';
import { isPartUnchanged } from '../../rows/verify-position.js';

/**
 * Hands on the blocks of a file as long as what has been read of it still stands in it. The file's size and times
 * are compared at every block and at the end; where they changed, what was read is read again for its checksum. A file
 * that only grew is welcome, and is compared each time that twice as much of it has been read, and at the end.
 *
 * @throws InputChangedError before the block that would bring rows of another file.
 */
export async function* unchangedBlocks(
  blocks: AsyncGenerator<RowBlock, void>,
  source: ByteSource,
  from: Position,
  planned: InputStat,
): AsyncGenerator<RowBlock, void> {
  const { path, name } = source;
  let read = from;
  let known = planned;
  let compared = from.offset;
  /** The file grew since what was read of it was compared. */
  let isOpen = false;
  const compare = async (position: Position) => {
    if (!(await isPartUnchanged(source, position))) throw new InputChangedError(name, read.row);
    compared = position.offset;
    isOpen = false;
  };
  for await (const block of blocks) {
    const now = path === undefined ? known : stateOf(path);
    if (!isSame(now, known)) {
      isOpen = true;
      if (now.size <= known.size || block.end.offset >= 2 * compared) await compare(block.end);
      known = now;
    }
    read = block.end;
    yield block;
  }
  const now = path === undefined ? known : stateOf(path);
  if (isOpen || !isSame(now, known)) await compare(read);
}

/**
 * A file that no longer exists counts as changed. It is asked for at every block, which may be one row: waiting for a
 * thread to ask would take ten times as long as to ask.
 */
function stateOf(path: string): InputStat {
  try {
    return inputStatOf(statSync(path));
  } catch {
    return { size: -1, mtimeMs: -1 };
  }
}

function isSame(a: InputStat, b: InputStat): boolean {
  return a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino;
}
