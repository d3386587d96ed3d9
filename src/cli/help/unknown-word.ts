import type { Command } from 'commander';
import { nearestName } from '../../fabric/prompt/nearest-name.js';
import { fileKindOfName } from '../../rows/format.js';
import type { UnknownWordError } from '../unknown-word-error.js';

/**
 * `unknown option '--inpts' (did you mean --inputs?)`: with what was probably meant, else with the commands that have
 * such an option.
 *
 * @param program with the options of all commands
 */
export function describeUnknownWord(
  { what, word, known, message }: UnknownWordError,
  program: Command,
): string {
  const nearest = nearestName(word, known);
  if (nearest !== undefined) return `${message} (did you mean ${nearest}?)`;
  if (what === 'option') {
    const owners = commandsWith(word, program);
    return owners.length === 0 ? message : `${message}: it is an option of batchai ${owners.join(', ')}`;
  }
  return fileKindOfName(word) === undefined ? message : `${message}; did you mean batchai run ${word}?`;
}

/** `queue clean`, for each command that has the option. */
function commandsWith(long: string, command: Command, path: readonly string[] = []): string[] {
  return [
    ...(command.options.some((option) => option.long === long) && path.length > 0 ? [path.join(' ')] : []),
    ...command.commands.flatMap((one) => commandsWith(long, one, [...path, one.name()])),
  ];
}
