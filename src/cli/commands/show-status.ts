import { setTimeout as sleep } from 'node:timers/promises';
import type { ExitCode } from '../exit-codes.js';
import type { CliIo } from '../io.js';
import { print } from '../print.js';
import { type StatusView, watchStatus } from './watch-status.js';

interface ShowFlags {
  /** Look at each interval, until the status is final or a signal comes. */
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** Prints a status to standard output: once, or with --watch again and again. */
export async function showStatus<T>(io: CliIo, flags: ShowFlags, view: StatusView<T>): Promise<ExitCode> {
  const { stdout, signals } = io;
  if (!flags.watch) {
    const status = await view.look();
    print(io, flags.json ? `${JSON.stringify(view.json(status))}\n` : view.text(status));
    return 0;
  }
  const end = new AbortController();
  const stop = () => end.abort();
  signals.on('SIGINT', stop);
  signals.on('SIGTERM', stop);
  // The reader of standard output closed it (| head).
  stdout.once('error', stop);
  try {
    await watchStatus(view, {
      form: flags.json ? 'json' : stdout.isTTY ? 'screen' : 'lines',
      write: (text) => void stdout.write(text),
      size: () => ({ columns: stdout.columns ?? 80, rows: stdout.rows ?? 24 }),
      wait: (ms) => sleep(ms, undefined, { signal: end.signal }).catch(() => {}),
      isEnded: () => end.signal.aborted,
      everyMs: io.timings.lookMs,
    });
    return 0;
  } finally {
    signals.off('SIGINT', stop);
    signals.off('SIGTERM', stop);
    stdout.off('error', stop);
  }
}
