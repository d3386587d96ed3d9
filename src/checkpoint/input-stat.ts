import type { Stats } from 'node:fs';

/** The state of an input file when a checkpoint was saved: where nothing of it changed, its content did not. */
export interface InputStat {
  readonly size: number;
  readonly mtimeMs: number;
  /** Nobody can set it back, as `cp -p` or `rsync -t` does with the time above; not there in an older version's. */
  readonly ctimeMs?: number;
  /** Another one where the file was replaced by renaming; not there in an older version's. */
  readonly ino?: number;
}

/** The state of a file as a checkpoint keeps it, to tell later whether its content may have changed. */
export function inputStatOf({ size, mtimeMs, ctimeMs, ino }: Stats): InputStat {
  return { size, mtimeMs, ctimeMs, ino };
}
