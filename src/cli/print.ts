import { randomUUID } from 'node:crypto';
import { visibleText } from '../monitor/visible-text.js';

/** Stands for the ESC of our own colours until a text is written. Nobody else can know it. */
export const OWN_ESCAPE = `\u{f0000}${randomUUID()}`;

/** A text as it may go to a terminal: no escape of anybody else's is left in it. */
export function shown(text: string): string {
  return visibleText(text).replaceAll(OWN_ESCAPE, '\u001b');
}

/** Writes what was asked for, lines for people or JSON, to standard output. */
export function print(text: string): void {
  process.stdout.write(shown(text));
}

/** Writes to standard error, where everything goes that is said beside. */
export function printAside(text: string): void {
  process.stderr.write(shown(text));
}
