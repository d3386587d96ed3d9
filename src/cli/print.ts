import type { CliIo } from './io.js';
import { streamText } from './paint.js';

type Streams = Pick<CliIo, 'stdout' | 'stderr' | 'colours'>;

/** Writes the output of a command, text or JSON, to standard output. */
export function print({ stdout, colours }: Streams, text: string): void {
  stdout.write(streamText(text, colours.stdout));
}

/** Writes messages, and all else that is not data, to standard error. */
export function printAside({ stderr, colours }: Streams, text: string): void {
  stderr.write(streamText(text, colours.stderr));
}

/** Writes a message line. It first clears the progress bar on the current line, which redraws itself below. */
export function say({ stderr, colours }: Streams, text: string): void {
  const wiped = stderr.isTTY ? '\r\u001b[K' : '';
  stderr.write(`${wiped}${streamText(`batchai: ${text}\n`, colours.stderr)}`);
}
