import { supportsColor, supportsColorStderr } from 'chalk';
import { systemClock } from '../limits/clock.js';
import { showCursor } from '../monitor/progress/live-line.js';
import { killGroup, processes, self } from '../this-process.js';
import type { CliIo } from './io.js';
import { main } from './main.js';
import { isUnderNohup } from './nohup.js';
import { CLI_TIMINGS, type CliTimings } from './timings.js';

/**
 * Runs the command line in this process; the one place of it that touches the process.
 *
 * @param argv what was typed after `batchai`
 * @param timings what differs from CLI_TIMINGS: tests have the built program wait for less time
 */
export async function runInThisProcess(
  argv: readonly string[] = process.argv.slice(2),
  timings: Partial<CliTimings> = {},
): Promise<void> {
  // A reader that closes the pipe early (| head) causes no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  // A run goes on when the reader of its messages has closed the pipe.
  process.stderr.on('error', () => {});
  for (const stream of [process.stdout, process.stderr]) giveSize(stream);
  let opened: typeof process.stdin | undefined;
  const io: CliIo = {
    env: process.env,
    get stdin() {
      opened ??= process.stdin;
      return opened;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    // chalk does not read NO_COLOR (no-color.org).
    colours: {
      stdout: !process.env.NO_COLOR && supportsColor !== false,
      stderr: !process.env.NO_COLOR && supportsColorStderr !== false,
    },
    signals: process,
    get ignoresHangups() {
      return isUnderNohup();
    },
    clock: systemClock,
    random: Math.random,
    timings: { ...CLI_TIMINGS, ...timings },
    processes,
    self: self(),
    killGroup,
    leaveAtOnce: (code) => {
      showCursor(process.stderr);
      process.exit(code);
    },
  };
  process.exitCode = await main(argv, io);
  // An open standard input would keep the process alive.
  opened?.unref?.();
}

/** A terminal that nobody has given a size (that of `script` in a job, for one) says that it is 0 wide. */
function giveSize(stream: { columns?: number; rows?: number }): void {
  if (stream.columns === 0) stream.columns = 80;
  if (stream.rows === 0) stream.rows = 24;
}
