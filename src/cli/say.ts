import { shown } from './print.js';

/** Says something while a progress bar may stand on the line: it is wiped away first, and drawn anew below. */
export function say(text: string): void {
  const wiped = process.stderr.isTTY ? '\r\u001b[K' : '';
  process.stderr.write(`${wiped}${shown(`batchai: ${text}\n`)}`);
}
