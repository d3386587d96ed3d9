import type { Processes } from '../checkpoint/lock.js';

/** This machine's processes. */
export const processes: Processes = {
  pid: process.pid,
  isRunning(pid) {
    try {
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // It is there, but somebody else's.
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  },
};
