import type { EndSignal, RunStop } from '../run/control/stop.js';
import type { ExitCode } from './exit-codes.js';
import { isUnderNohup } from './nohup.js';

/** As a shell has them: 128 and the signal's number. */
export const EXIT_CODE_OF_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<
  EndSignal,
  ExitCode
>;

/**
 * Lets SIGINT, SIGTERM and SIGHUP stop the run with everything saved; a second one leaves at once, which costs
 * no more than a crash does: the calls in the air.
 *
 * @returns a function that gives the signals back.
 */
export function stopOnSignals(stop: RunStop, note: (text: string) => void): () => void {
  return onEndSignals({
    first: (signal) => {
      note('stopping: calls in the air get 10 s to land (once more to leave at once)');
      stop.request({ kind: 'interrupted', signal });
    },
    again: (signal) => process.exit(EXIT_CODE_OF_SIGNAL[signal]),
  });
}

interface SignalListeners {
  readonly first: (signal: EndSignal) => void;
  /** Another one came, which cannot wait. */
  readonly again: (signal: EndSignal) => void;
}

/**
 * Tells of the signals that ask this process to end. A terminal that goes sends SIGHUP by itself and through its
 * shell, so that a second one of these says nothing new. Under nohup none of them says anything.
 *
 * @returns a function that gives the signals back.
 */
export function onEndSignals({ first, again }: SignalListeners): () => void {
  const ignoresHangups = isUnderNohup();
  let isTold = false;
  const heard = (signal: EndSignal) => {
    if (signal === 'SIGHUP' && (ignoresHangups || isTold)) return;
    if (isTold) return again(signal);
    isTold = true;
    first(signal);
  };
  for (const signal of END_SIGNALS) process.on(signal, heard);
  return () => {
    for (const signal of END_SIGNALS) process.off(signal, heard);
  };
}

const END_SIGNALS: readonly EndSignal[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];
