import { checkpointFolder } from '../../checkpoint/folder.js';

/** Words as a person can paste them into a POSIX shell, and what there is to know about them behind a `#`. */
export function shellCommand(words: readonly string[], comment?: string): string {
  const line = words
    .map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
  return comment === undefined ? line : `${line}  # ${comment}`;
}

/**
 * The words of the command that goes on with a run, and with the settings that it had last; or of another command about
 * it.
 *
 * @param folder its checkpoint's.
 * @example
 * shellCommand(commandOf('resume', { output: 'my rows.csv', folder: 'my rows.csv.checkpoint' }));
 * // batchai resume 'my rows.csv'
 */
export function commandOf(
  command: 'resume' | 'retry' | 'report' | 'status' | 'failures',
  { output, folder }: { readonly output: string; readonly folder: string | undefined },
): string[] {
  const isUsual = folder === undefined || folder === checkpointFolder(output);
  return ['batchai', command, asPath(output), ...(isUsual ? [] : ['--checkpoint', asPath(folder)])];
}

/** A name that begins like an option. */
function asPath(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}
