import type { CliIo } from './io.js';
import { streamText } from './paint.js';

type Streams = Pick<CliIo, 'stdout' | 'stderr' | 'colours'>;

/** Writes what was asked for, lines for people or JSON, to standard output. */
export function print({ stdout, colours }: Streams, text: string): void {
  stdout.write(streamText(text, colours.stdout));
}

/** Writes to standard error, where everything goes that is no data. */
export function printAside({ stderr, colours }: Streams, text: string): void {
  stderr.write(streamText(text, colours.stderr));
}

/** Writes a line for people. A progress bar that stands on the line is wiped away first, and drawn anew below. */
export function say({ stderr, colours }: Streams, text: string): void {
  const wiped = stderr.isTTY ? '\r\u001b[K' : '';
  stderr.write(`${wiped}${streamText(`batchai: ${text}\n`, colours.stderr)}`);
}
