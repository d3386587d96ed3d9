import type { EndSignal, RunStop } from '../run/control/stop.js';
import { formatDuration } from '../wording/wording.js';
import type { ExitCode } from './exit-codes.js';
import type { CliIo } from './io.js';

/** 128 + the signal's number, as in a shell. */
export const EXIT_CODE_OF_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<
  EndSignal,
  ExitCode
>;

type Signals = Pick<CliIo, 'signals' | 'ignoresHangups' | 'leaveAtOnce' | 'timings'>;

/**
 * Stops the run, with everything saved, on SIGINT, SIGTERM or SIGHUP. A second signal exits at once and, like a crash,
 * loses only the calls in flight.
 *
 * @returns a function that removes the listeners.
 */
export function stopOnSignals(io: Signals, stop: RunStop, note: (text: string) => void): () => void {
  return onEndSignals(io, {
    first: (signal) => {
      note(stoppingNote(io.timings.graceMs));
      stop.request({ kind: 'interrupted', signal });
    },
    again: (signal) => io.leaveAtOnce(EXIT_CODE_OF_SIGNAL[signal]),
  });
}

/** `stopping: calls in flight get 10 s to finish …` */
export function stoppingNote(graceMs: number): string {
  return `stopping: calls in flight get ${formatDuration(graceMs)} to finish (press Ctrl-C again to leave at once)`;
}

interface SignalListeners {
  readonly first: (signal: EndSignal) => void;
  /** Called for every later signal. */
  readonly again: (signal: EndSignal) => void;
}

/**
 * Calls the listeners on signals that ask this process to end. A closing terminal sends SIGHUP twice, by itself
 * and through its shell, so a second SIGHUP is ignored. Under nohup every SIGHUP is ignored.
 *
 * @returns a function that removes the listeners.
 */
export function onEndSignals(
  { signals, ignoresHangups }: Signals,
  { first, again }: SignalListeners,
): () => void {
  let isFirst = true;
  const listener = (signal: EndSignal) => {
    if (signal === 'SIGHUP' && (ignoresHangups || !isFirst)) return;
    if (!isFirst) return again(signal);
    isFirst = false;
    first(signal);
  };
  for (const signal of END_SIGNALS) signals.on(signal, listener);
  return () => {
    for (const signal of END_SIGNALS) signals.off(signal, listener);
  };
}

const END_SIGNALS: readonly EndSignal[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];
