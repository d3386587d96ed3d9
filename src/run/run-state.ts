import type { Checkpoint } from '../checkpoint/checkpoint-file.js';
import type { LockHolder } from '../checkpoint/lock.js';

/**
 * `stopped`: it ended before its last row, with everything saved. `killed`: its process is gone without a word, by
 * kill -9 or a reboot; it can be resumed as well.
 */
export type RunState = 'running' | 'stopped' | 'killed' | 'finished' | 'finished with failures';

/** How a run is, as its checkpoint and its lock tell. */
export function runStateOf(
  { state }: Checkpoint,
  failed: number,
  holder: Pick<LockHolder, 'isAlive'> | undefined,
): RunState {
  if (state === 'finished') return failed === 0 ? 'finished' : 'finished with failures';
  if (holder === undefined) return 'stopped';
  return holder.isAlive ? 'running' : 'killed';
}
