import type { RunStop } from '../run/stop.js';
import type { ExitCode } from './exit-code-table.js';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const satisfies Record<string, ExitCode>;

/**
 * Lets SIGINT and SIGTERM stop the run with everything saved; a second one leaves at once, which costs
 * no more than a crash does: the calls in the air.
 *
 * @returns a function that gives the signals back.
 */
export function stopOnSignals(stop: RunStop, note: (text: string) => void): () => void {
  const heard = (signal: 'SIGINT' | 'SIGTERM') => {
    if (stop.signal.aborted) process.exit(SIGNALS[signal]);
    note('stopping: calls in the air get 10 s to land (once more to leave at once)');
    stop.request({ kind: 'interrupted', signal });
  };
  process.on('SIGINT', heard);
  process.on('SIGTERM', heard);
  return () => {
    process.off('SIGINT', heard);
    process.off('SIGTERM', heard);
  };
}
