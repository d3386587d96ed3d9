import type { Command } from 'commander';
import { type OptionRow, TableOption } from '../../src/cli/options/option-table.js';

/** A command that can be typed. */
export interface CommandEntry {
  /** `queue status` */
  readonly name: string;
  /** `batchai queue status [options]` */
  readonly usage: string;
  readonly description: string;
  readonly options: readonly OptionRow[];
}

/** All commands of a program, groups before their members, in the order of `--help`. */
export function commandsOf(program: Command, path: readonly string[] = []): CommandEntry[] {
  return program.commands.flatMap((command) => {
    const words = [...path, command.name()];
    const name = words.join(' ');
    const options = command.options.flatMap((option) => (option instanceof TableOption ? [option.row] : []));
    const entry = { name, usage: usageOf(command, name), description: command.description(), options };
    return [entry, ...commandsOf(command, words)];
  });
}

function usageOf(command: Command, name: string): string {
  const takes = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const required = command.options
    .filter((option) => option instanceof TableOption && option.isRequired)
    .map(({ flags }) => longOf(flags));
  return [
    'batchai',
    name,
    ...takes,
    ...required,
    ...(command.options.some((option) => option instanceof TableOption) ? ['[options]'] : []),
  ].join(' ');
}

/** `--fabric <fabric>` of `-f, --fabric <fabric>`. */
export function longOf(flags: string): string {
  return flags.replace(/^-\w, /, '');
}
