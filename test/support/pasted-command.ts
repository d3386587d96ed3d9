import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * The words of a command of batchai as a POSIX shell takes them from a line that is pasted into it.
 *
 * @example
 * await pastedCommand("batchai resume 'my rows.csv'  # $1.00 is spent"); // ['resume', 'my rows.csv']
 */
export async function pastedCommand(line: string): Promise<string[]> {
  const program = `batchai() { printf '%s\\0' "$@"; }\n${line}\n`;
  const { stdout } = await promisify(execFile)('sh', ['-c', program]);
  return stdout.split('\0').slice(0, -1);
}

/** The command that a text ends with, behind `go on: `. */
export function hintIn(text: string): string {
  const hint = /^(?:batchai: )?\s*go on:? +(batchai .*)$/m.exec(text)?.[1];
  if (hint === undefined) throw new Error(`there is no command to go on with in:\n${text}`);
  if (hint.includes('…')) throw new Error(`what is left out cannot be pasted: ${hint}`);
  return hint;
}
