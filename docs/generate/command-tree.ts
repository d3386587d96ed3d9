import type { Command } from 'commander';
import { usageOf } from '../../src/cli/help/usage.js';
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
    const entry = { name, usage: usageOf(command), description: command.description(), options };
    return [entry, ...commandsOf(command, words)];
  });
}
