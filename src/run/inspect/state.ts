import type { Checkpoint } from '../../checkpoint/checkpoint-file.js';
import type { LockHolder } from '../../checkpoint/lock.js';
import type { RunState } from '../../monitor/report/report-facts.js';

/** The state of a run, from its checkpoint and its lock. */
export function runStateOf(
  { state }: Checkpoint,
  failed: number,
  holder: Pick<LockHolder, 'isAlive'> | undefined,
): RunState {
  if (state === 'finished') return failed === 0 ? 'finished' : 'finished with failures';
  if (holder === undefined) return 'stopped';
  return holder.isAlive ? 'running' : 'killed';
}
